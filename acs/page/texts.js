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
