// Every text of the page, in English: one object for each view. `say(text, { name })` fills in `{name}`.
export function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const t = {
  name: 'Dialtone',

  // ---- parts every view uses
  ui: {
    loading: 'Loading…', never: 'never', none: 'none', close: 'Close', cancel: 'Cancel', more: 'Show more', copy: 'Copy',
    cannotCopy: 'The browser does not let this page copy: choose the text and copy it by hand.',
    toDo: 'What to do:', tryAgain: 'Try again', nothing: 'Nothing here', sections: 'Sections', chosen: 'Chosen',
    choose: 'Choose {what}', rowsOf: '{caption}, {total} rows', typeToConfirm: 'Type “{text}” to confirm',
    save: 'Save', remove: 'Remove', edit: 'Edit', search: 'Search', all: 'All',
    readAgain: 'Read it again, and keep what I have typed',
  },

  // ---- around every view
  shell: {
    skip: 'Skip to the content', menu: 'Menu', main: 'Main',
    groups: { fleet: 'Fleet', change: 'Change', watch: 'Watch', server: 'Server' },
    views: {
      dashboard: 'Dashboard', devices: 'Devices', lines: 'Lines', subscribers: 'Subscribers', groups: 'Groups',
      profiles: 'Profiles', campaigns: 'Campaigns', operations: 'Bulk operations', files: 'Images and files',
      tasks: 'Tasks and faults', diagnostics: 'Diagnostics', provisioning: 'Provisioning', quarantine: 'Quarantine',
      users: 'Users', audit: 'Audit trail', webhooks: 'Webhooks', system: 'System', me: 'Profile and tokens',
    },
    find: 'Find a device', findHint: 'serial number, or a part of the identity', signOut: 'Sign out',
    theme: { label: 'Colours', auto: 'As the system', light: 'Light', dark: 'Dark' },
    live: 'Live', connecting: 'Connecting…', off: 'Not live',
    noView: 'There is no such page', noViewText: 'The address may be mistyped, or what it named is gone.', toDashboard: 'To the dashboard',
    noLoad: 'This part of the page cannot be loaded', noLoadFix: 'The server may have been upgraded meanwhile, or cannot be reached: load the page again.',
    reload: 'Load again', broken: 'This view has met a mistake of the page',
    brokenFix: 'What you did on the server stands. Load the page again, and report the text below.',
    notAllowed: 'Your role does not allow this', notAllowedText: 'It takes the permission “{permission}”. Ask an administrator.',
  },

  // ---- signing in
  signIn: {
    title: 'Sign in', user: 'User', password: 'Password', submit: 'Sign in', ended: 'Your session has ended',
    endedText: 'Sign in again to go on where you were. What you have typed is still here.', otherUser: 'Somebody else signed in: the page begins again.',
    firstSummary: 'The first time here?',
    first: 'Choose your password', firstText: 'The password you came with was good for one time. Choose one of your own, with at least {least} characters.',
    firstAdmin: 'This server is being set up. Its one-time password was printed when it first started, and stands in the file admin-password of its data folder.',
    old: 'The one-time password', next: 'Password of your own', repeat: 'Once more', differ: 'The two are not the same.', choose: 'Choose and go on',
    own: 'A user of your own', ownText: 'The server is yours. “{user}” is everybody’s and nobody’s: make a user of your own, and the audit trail says who did what. You go on as that one; keep “{user}” for emergencies.',
    ownName: 'Your user name', ownNameHint: 'letters, digits, dots, dashes and underscores', atLeast: 'at least {least} characters', taken: 'This is the one you have.',
    makeOwn: 'Make it and go on', goOnAs: 'Go on as {user}',
  },

  // ---- dashboard
  dashboard: {
  },

  // ---- devices (the table)
  devices: {
  },

  // ---- a device
  device: {
  },

  // ---- profiles
  profiles: {
  },

  // ---- campaigns
  campaigns: {
  },

  // ---- files
  files: {
  },

  // ---- bulk operations
  operations: {
  },

  // ---- groups
  groups: {
  },

  // ---- subscribers and lines
  subscribers: {
  },

  // ---- tasks and faults
  tasks: {
    sub: 'What devices are asked to do, and what goes wrong', tasks: 'Tasks', faults: 'Faults', state: 'State', kind: 'Kind', what: 'What', device: 'Device',
    deviceHint: 'id or identity', by: 'By', aCampaign: 'a campaign', queued: 'Queued', updated: 'Last change', actions: 'Actions', clear: 'Clear the filters',
    andMore: '{first} and {more} more', behind: 'Tasks have changed since.', showThem: 'Show them',
    none: 'No tasks yet', noneText: 'Choose a device, and have it do something: read parameters, restart, take other firmware.', toDevices: 'To the devices',
    noneLike: 'No task is like that', noneLikeText: 'None has this state, kind and device together.',
    withdraw: 'Withdraw', withdrawKind: 'Withdraw “{kind}”', withdrawText: 'The device is not asked any more. What it has got by now it keeps.', withdrawn: 'The task is withdrawn',
    retryKind: 'Try “{kind}” again', retryText: 'The task is queued once more, with its attempts before it. The device does it in its next session.', queuedAgain: 'The task is queued again',
    times: 'Times', reason: 'Reason', code: '(fault {code})', of: 'In', profiles: 'profiles', devices: 'Devices', last: 'Last', example: 'For example',
    showTasks: 'Show tasks', showDevices: 'Show devices', allTasks: 'All tasks', since: 'Since', sinceThe: { day: 'a day ago', week: 'a week ago', month: '30 days ago' },
    noFaults: 'Nothing has gone wrong', noFaultsText: 'No task has failed in this time, and no device refuses its profiles.',
  },

  // ---- diagnostics across a selection
  diagnostics: {
  },

  // ---- provisioning: activation and requests for profiles
  provisioning: {
  },

  // ---- quarantine
  quarantine: {
  },

  // ---- users, profile and tokens
  users: {
    title: 'Users', sub: 'Who may sign in, as what, and for which devices', name: 'Name', role: 'Role', scope: 'Devices', password: 'Password',
    actions: 'Actions', you: '(you)', active: 'own', oneTime: 'one-time, to be changed', change: 'Change', add: 'Add a user',
    changeUser: 'Change {name}', removeUser: 'Remove {name}', tokensOf: 'Tokens of {name}', tokens: 'Tokens', token: 'Token',
    onlyOne: 'There is only one user. Give everybody one of their own: the audit trail then says who did what.',
    whatRoles: 'What each role may do', does: 'For whom', yes: 'yes', no: 'no',
    roles: {
      viewer: { name: 'Viewer', does: 'Looks at everything that is no secret, and changes nothing.' },
      help_desk: { name: 'Help desk', does: 'Calls, reads, restarts and diagnoses devices while somebody is on the telephone.' },
      operator: { name: 'Operator', does: 'Changes devices and what they are given: profiles, campaigns, subscribers, files.' },
      auditor: { name: 'Auditor', does: 'Reads and checks the audit trail.' },
      admin: { name: 'Administrator', does: 'Everything: people, settings, backups, forgetting devices, revealing secrets.' },
    },
    permissions: {
      see: { name: 'see', means: 'read what is no secret' },
      help: { name: 'help', means: 'call a device, read from it, restart it, diagnose it' },
      operate: { name: 'operate', means: 'change devices and what they are given' },
      administer: { name: 'administer', means: 'change people and settings, forget devices' },
      audit: { name: 'audit', means: 'read and check the audit trail' },
      reveal: { name: 'reveal', means: 'see a secret; each time leaves a line in the audit trail' },
    },
    wholeFleet: 'The whole fleet', partFleet: 'Only devices with one of some tags', tags: 'Tags', tagsHint: 'apart by commas: north, beta',
    andOneOf: 'and one of', nameHint: 'letters, digits, dots, dashes and underscores', taken: 'There is a user of this name already.',
    otherPassword: 'Give another password', oneTimePassword: 'One-time password', passwordHint: 'at least 10 characters', makeOne: 'Make one',
    mustChoose: 'To be changed at the first sign-in', mustChooseHint: 'Until then it is good for nothing else.',
    endsTheirs: 'Every session and token of {name} ends with the change.', endsYours: 'This is you: your session ends with the change, and you sign in again.',
    changed: '{name} has been changed', added: '{name} has been added', removed: '{name} has been removed',
    ready: '{name} can sign in', readyText: 'Give {name} this password. It is good for one thing: to choose another one.',
    shownOnce: 'This is shown only once: copy it before you close the window.', haveIt: 'I have it',
    removeText: 'Every session and token of {name} ends at once. What they did stays in the audit trail.', removeSelf: 'This is you: you are signed out with it.',
    meSub: 'Who you are here, your password, and tokens for your programs', whoAmI: 'You', sessionEnds: 'Session ends', mayDo: 'What you may do', notYou: '(not with your role)',
    changePassword: 'Change the password', changePasswordText: 'All your other sessions and your tokens end with it.', oldPassword: 'Password so far', newPassword: 'Other password',
    passwordChanged: 'Your password has been changed',
    myTokens: 'Tokens for programs', myTokensText: 'A program signs in with a token of yours, and may do at most what you may. Every token ends when your role, scope or password changes.',
    made: 'Made', ends: 'Ends', end: 'End', endToken: 'End {name}', endTokenText: 'Programs that use it are refused from then on. It cannot be brought back.', tokenEnded: '{name} has ended',
    makeToken: 'Make a token', tokenName: 'Name', tokenNameHint: 'what it is for, such as billing', tokenMade: 'The token is made', tokenUse: 'Programs send it with every request:',
    noTokens: 'No tokens', noTokensText: 'Make one for each program that uses the API, so that each can be ended by itself.',
    after: { day: 'after a day', week: 'after a week', month: 'after 30 days', quarter: 'after 90 days', year: 'after a year' },
    allOfMine: 'All devices that are mine', partOfMine: 'Only those of them with one of some tags',
  },

  // ---- audit trail
  audit: {
  },

  // ---- webhooks
  webhooks: {
  },

  // ---- system
  system: {
  },
};
