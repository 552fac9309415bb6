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
    title: 'Dashboard', sub: 'How the fleet stands, now',
    devices: 'Devices', online: 'Online', overdue: 'Overdue', never: 'Never came', sessions: 'open sessions', failedTasks: 'Failed tasks', today: 'in 24 hours',
    perMinute: 'Informs a minute', health: 'Health', states: { ok: 'ok', warning: 'warning', critical: 'critical', unknown: 'not judged yet' },
    contact: 'Contact', contactText: 'Overdue is who has not informed for {time}.', minutes: '{n} minutes', hours: '{n} hours', days: '{n} days',
    attention: 'Needs attention', calm: 'Nothing needs attention', calmText: 'No device stands badly, nothing has failed, no campaign has paused.',
    reasons: {
      registration_lost: 'lost the registration of a line', not_registered: 'have a line that was never registered', high_loss: 'measured a high loss',
      reboot_loop: 'restart again and again', overdue: 'missed their Informs', profile_refused: 'refuse their profiles', task_failed: 'had a task that failed',
    },
    pausedCampaign: 'Campaign “{name}” has paused', pausedOperation: 'Bulk operation “{name}” has paused', profileFailed: 'cannot be given their profiles',
    failedTask: 'tasks failed in the last 24 hours', quarantine: 'wait in quarantine to be let in', see: 'See them', device: '{n} device', manyDevices: '{n} devices',
    informs: 'Devices that informed within the last minute', informsText: 'Since this page was opened; every {secs} seconds.', thisMinute: 'Informs a minute',
    versions: 'Firmware', models: 'Models', noVersion: '(none yet)', further: 'and {n} more', faults: 'Faults of the last seven days', noFaults: 'No faults', noFaultsText: 'Nothing has gone wrong for seven days.',
    fault: 'What failed', kind: 'Kind', times: 'Times', onDevices: 'Devices', last: 'Last', allFaults: 'Tasks and faults',
    campaigns: 'Campaigns', noCampaigns: 'No campaign is under way', noCampaignsText: 'A campaign upgrades many devices by stages, and stops by itself when it goes wrong.',
    newCampaign: 'New campaign', allCampaigns: 'All campaigns', stage: 'stage {now} of {all}', toVersion: 'to {version}',
    operations: 'Bulk operations', noOperations: 'None is under way', noOperationsText: 'Choose devices in the table, and what is to be done with them.', allOperations: 'All operations',
    parts: { done: 'done', failed: 'failed', expired: 'expired', under_way: 'under way', pending: 'waiting', other: 'left out' }, kinds: 'Kinds',
    share: '{share} %', time: 'Time', table: 'As a table',
  },

  // ---- charts
  chart: { table: 'As a table', time: 'Time', waiting: 'Measuring…', none: 'No values yet' },

  // ---- devices (the table)
  devices: {
    title: 'Devices', found: '{total} device{s} found', inAll: '{total} device{s}', columnsButton: 'Columns', export: 'Export CSV', import: 'Import…', register: 'Register…',
    doWithAll: 'Do with all…', doWith: 'Do with them…', pickAll: 'Choose all {total}', pickNone: 'Choose none', somePicked: '{number} chosen', allPicked: 'All {total} of this list chosen',
    aboutQuery: 'With all devices that “{query}” finds', aboutAll: 'With every device of the fleet', aboutPicked: 'With the {number} devices you have chosen',
    noneFound: 'No device fulfils this', noneFoundText: 'Take a condition away, or look whether a value is written as devices report it.', showAll: 'Show all devices',
    groups: 'Groups', groupsBy: 'How many have which', noGroups: 'None of these has a value.', noValue: 'none', narrow: 'Only these: {condition}',
    plain: { contains: 'identity contains', product_class: 'product class is', software_version: 'firmware is', tag: 'has the tag', serial_number: 'serial number is' },
    takeOff: 'Take off: {what}',
    columns: {
      identity: 'Device', product_class: 'Model', software_version: 'Firmware', health: 'Health', 'line.state': 'Lines', tag: 'Tags', last_inform: 'Last Inform', address: 'Address',
      'health.reason': 'Reason of health', 'profile.state': 'Profiles', account: 'Account', 'line.number': 'Numbers', 'line.user': 'SIP users', serial_number: 'Serial number',
      manufacturer: 'Manufacturer', oui: 'OUI', hardware_version: 'Hardware', root: 'Root', cwmp_version: 'CWMP version', parameter_key: 'ParameterKey',
      first_seen: 'First seen', last_boot: 'Last boot', last_bootstrap: 'Last bootstrap', informs: 'Informs',
    },
    chooseColumns: 'Columns', shown: 'Shown, from left to right', addColumn: 'Add a column', earlier: '{what}: further left', later: '{what}: further right', without: 'Without {what}',
    parameterColumn: 'A parameter', parameterColumnHint: 'Its path; * stands for any instance, ~. in front for either root.', add: 'Add', usual: 'As at first', apply: 'Show these',
  },

  // ---- asking for devices: the query bar, and what is kept of it
  queries: {
    label: 'Query', placeholder: 'all devices; for instance  product_class = "ATA192" and last_inform < ago("2h")', submit: 'Show', clear: 'Clear', help: 'Help',
    offers: 'What may stand here', onDevices: 'on {devices} devices', at: 'At character {position}, {why}', slow: 'No index answers this alone: every device is looked at, which takes a moment in a large fleet.',
    helpTitle: 'How to ask for devices', helpText: 'Say what must hold of a device; join conditions with and, or, not and brackets. While you type, what may follow is offered: go down with the arrow keys and take one with Enter. An example is taken into the line by a click.',
    examples: 'Examples', operators: 'Comparing', fields: 'What can be asked for',
    exampleList: [
      ['health = "critical"', 'what stands badly'],
      ['last_inform < ago("2h") and informs > 0', 'has come before, but not for two hours'],
      ['software_version < version("11-4-0")', 'older firmware; versions are compared part by part'],
      ['tag in ("beta", "office") and not profile.state = "agreed"', 'labelled, and not yet as the profiles want it'],
      ['line.state = "error" or line.state = "not_registered"', 'a line that does not work'],
      ['param("~.DeviceInfo.UpTime") < 3600', 'restarted within an hour'],
      ['serial_number like "CCQ*"', 'serial numbers of this form'],
    ],
    operatorList: [
      ['=  !=', 'is, is not (or has none)'], ['<  <=  >  >=', 'numbers, times and versions'], ['~', 'contains, in upper or lower case'], ['like', 'of this form: * any text, ? one character'],
      ['in ("a", "b")', 'is one of'], ['exists', 'has a value'], ['ago("2h")', 'so long before now: m, h, d, w'], ['time("2026-05-01")', 'a moment'],
    ],
    views: 'Views', noViews: 'No view is kept yet.', isShared: 'shared', of: 'of {owner}', removeView: 'Remove the view “{name}”', keep: 'Keep this view…', removeShared: 'Others lose it too: it is shared.',
    removeOwn: 'The devices stay as they are.', keepText: 'The query and the columns are kept under a name.', everything: 'all devices', name: 'Name', nameHint: 'letters, digits, dots, dashes and underscores',
    replaces: 'There is a view by this name: it is replaced.', shared: 'Others see it too', kept: 'The view “{name}” is kept.',
  },

  // ---- one thing done with many devices
  bulk: {
    title: 'Do with many devices', what: 'What', back: 'Back', look: 'What would happen?', more: 'More', begun: 'Begun with {devices} devices.',
    touches: '{devices} device{s} will be touched.', does: 'What happens: {does}.', fixed: 'The devices are fixed from the moment you agree. Each has {hours} hours to come; what has not begun can be withdrawn.',
    typeNumber: 'Type {number} to confirm', yes: '{what}: {devices} device{s}',
    kindGroups: { common: 'Often', change: 'Change', files: 'Files of devices', danger: 'Dangerous' },
    kinds: {
      connection_request: 'Call now', reboot: 'Restart', refresh: 'Read parameters again', add_tags: 'Add tags', remove_tags: 'Remove tags', set_parameter_values: 'Set parameters',
      download: 'Send a file', cancel_tasks: 'Withdraw waiting tasks', backup_configuration: 'Back up the configuration', fetch_log: 'Fetch the log', factory_reset: 'Reset to factory settings',
    },
    about: {
      connection_request: 'Each is asked to begin a session at once.', reboot: 'Calls in progress end.', refresh: 'Names and values are read from the devices.', add_tags: 'Profiles that go by tags apply from then on.',
      remove_tags: 'Profiles that go by tags cease to apply.', set_parameter_values: 'The same values for all. What is to stay so belongs in a profile.', download: 'Firmware for many devices is better sent by a campaign, in stages.',
      cancel_tasks: 'What has not begun is withdrawn, but for tasks of campaigns.', backup_configuration: 'Each sends its configuration; it is kept as a file of the device.', fetch_log: 'Each sends its log; it is kept as a file of the device.',
      factory_reset: 'Everything that was set at the devices is lost. They come back as from the factory.',
    },
    tags: 'Tags', tagsHint: 'with spaces between', path: 'Below', pathHint: 'A partial path such as Device.Services. – empty for everything.', file: 'File', fileHint: 'Images and files that were put on the server.',
    noFiles: 'There is no file on the server yet: put one there under Images and files.', chooseFile: 'choose a file', values: 'Values', parameter: 'Parameter', type: 'Type', value: 'Value', anotherValue: 'Another value',
    name: 'Name', nameHint: 'for people', hours: 'Hours', hoursHint: 'that each may take to come', concurrency: 'At one time', concurrencyHint: 'devices under way; 0 for no limit',
  },

  // ---- devices that have not come yet
  newDevices: {
    register: 'Register a device', registerText: 'A device that is registered is let in when it comes, and its profiles are ready for it.', oui: 'OUI', ouiHint: 'six hexadecimal digits', serial_number: 'Serial number',
    product_class: 'Product class', manufacturer: 'Manufacturer', asTold: 'as the device tells it', password: 'Its password', passwordHint: 'the one it will come with; without one the enrolment rule decides',
    calls: 'Credentials for connection requests', callsText: 'Only if it has some already: otherwise it is given some when it comes.', user: 'User name', call: 'Password', registered: '{identity} is registered.',
    import: 'Import devices', importText: 'A list as CSV or JSON: every row or none. Try it first; it says what would happen.', file: 'List', dryRun: 'Try it', apply: 'Import {rows} rows', imported: 'Imported: {create} new, {update} changed.',
    example: 'oui,serial_number,product_class,password,tags,var:site\n00562B,ATA0003,ATA192,its-password,beta office,bern',
    row: 'Row', subject: 'Device', outcome: 'What happens', why: 'Why', outcomes: { create: 'new', update: 'changes', unchanged: 'stays', error: 'refused' },
    report: '{create} new, {update} change, {unchanged} stay as they are.', reportBad: '{error} rows are refused, so nothing would be imported. Of the others {create} would be new, {update} changed, {unchanged} stay as they are.',
    reportCaption: 'What would happen', further: 'and {rows} rows more',
  },

  // ---- before the first device has come
  connect: {
    title: 'Connect the first device', text: 'Three steps, and it stands here.', url: 'Tell it where its ACS is', urlText: 'Set this as its ACS URL (ManagementServer.URL), by hand, by DHCP option 43, or in its provisioning. Host and port are those of cwmp.listen in acs.toml.',
    enrol: 'Let it in', enrolText: 'enrolment.mode in acs.toml says which rule holds.',
    modes: [['pre-registered', 'only devices that were registered here or imported, with their passwords'], ['shared-secret', 'and every device that knows enrolment.secret; it gets a password of its own at once'], ['open', 'every device, for a laboratory']],
    register: 'Register a device', import: 'Import a list', wait: 'Wait for its first Inform', waitText: 'It comes when it starts, or within its periodic interval. This page shows it by itself. One that is refused stands under Quarantine or in the audit trail.',
    noDevice: 'No device at hand?', noDeviceText: 'The program brings simulated ones along:',
  },

  // ---- a device
  device: {
    lastInform: 'last Inform', noTab: 'There is no such tab', noTabText: 'Choose one of those above.',
    tabs: {
      overview: 'Overview', parameters: 'Parameters', tasks: 'Tasks', profile: 'Profile', diagnostics: 'Diagnostics', firmware: 'Firmware',
      sessions: 'Sessions', files: 'Files', contact: 'Contact', audit: 'Audit',
    },
    ways: { http: 'HTTP', udp: 'UDP (STUN)', xmpp: 'XMPP' },
    queued: 'Queued: {kind}. The device is called for it.', seeTask: 'See the task',
    changed: 'Somebody else has changed this meanwhile', changedText: 'Nothing was written. What you typed is still here.',
    changedAgain: 'Load what is there now, and keep what I typed',
    reveal: {
      show: 'Reveal', title: 'A secret of this device', text: 'Whoever reveals a secret is written into the audit trail, with the time and the name of the secret.',
      noted: 'The audit trail says that you have seen it. It is gone from here when this window closes.',
    },
    reasons: {
      registration_lost: 'A line has lost its registration', not_registered: 'A line has never been registered', high_loss: 'Packets are lost',
      reboot_loop: 'It restarts again and again', overdue: 'It has not informed', profile_refused: 'Its profiles cannot be applied',
      task_failed: 'A task failed',
    },
    actions: {
      call: 'Call now', reboot: 'Reboot', more: 'More', bind: 'Bind to an account…', unbind: 'Take the account off…', swap: 'Put another unit in its place…',
      rotate: 'Rotate credentials…', reset: 'Factory reset…', quarantine: 'Keep apart…', merge: 'Take over from an old identity…', forget: 'Forget this device…',
      calling: 'Calling the device…', callAgain: 'Call again',
      outcomes: {
        accepted: 'The device has taken the call and begins a session.', too_soon: 'It was called a moment ago; it is not called so often.',
        busy: 'A session of it is open already.', impossible: 'Nothing is known that would reach it.', failed: 'It could not be reached.',
      },
      rebootText: 'The device restarts once it has come. Calls that are under way on its lines are cut off.', rebootYes: 'Reboot the device',
      resetText: 'The device loses everything it was given and begins as it left the factory. Its lines are out of service until its profiles have been applied again.',
      resetYes: 'Reset the device',
      account: 'Account', bindText: 'The lines of the account come to this device with its profiles. A device has one account, and an account one device.',
      bindYes: 'Bind', bindDone: 'Account {account} is on this device now.',
      unbindText: 'The lines of this device are emptied when it is next compared with its profiles; it takes no calls then.', unbindYes: 'Take the account off',
      unbindDone: 'Account {account} is on no device now.', noAccount: 'This device has no account', noAccountWhy: 'there is nothing to take off',
      swapText: 'Account, lines, tags and variables move to the other unit. This one loses its queued tasks and is kept apart.', swapYes: 'Swap',
      swapFields: { serial_number: 'Serial number of the other unit', product_class: 'Product class', oui: 'OUI', password: 'Password it comes with' },
      swapMore: 'It is of another model, or nobody knows it yet', swapPassword: 'only if nobody knows the unit yet and it has a password of its own',
      swapDone: '{device} stands in its place.',
      rotateText: 'With its next session the device gets another password to come with, and another one to be called with. The old ones are good until it has the others.',
      rotateYes: 'Rotate', rotateDone: 'The device gets other credentials in its next session.',
      quarantineText: 'The device may inform, and that is all: it gets no credentials, no profile and no task, and it is not called.', quarantineYes: 'Keep apart',
      quarantineDone: 'The device is kept apart.', quarantineSee: 'See the quarantine', why: 'Why',
      mergeText: 'Tags, variables, tasks, keys, files and history of the old identity become this device’s, as far as it has none of its own. The old identity is forgotten.',
      mergeFrom: 'The identity, or id, it had before', mergeYes: 'Take over', mergeDone: 'What belonged to {from} is this device’s.',
      forgetText: 'Everything that is known of the device is deleted: parameters, tasks, tags, variables and credentials. If it comes again it is a device nobody knows.',
      forgetYes: 'Forget the device', forgetDone: '{device} is forgotten.',
    },
    overview: {
      health: 'Health', since: 'since', sinceTitle: 'Since', notLooked: 'not looked at yet', wellText: 'Nothing is wrong with this device.',
      subscriber: 'Subscriber', noSubscriber: 'No account', noSubscriberText: 'Bind it to an account under More: its lines come with it.',
      noSubscriberOther: 'Nobody has been given this device.', account: 'Account', boundSince: 'On this device', accountVariables: 'Variables', notes: 'Notes',
      lines: 'Lines', port: 'Port', number: 'Number', registration: 'Registration', noLines: 'There are no lines: they come with an account.',
      tasks: 'Tasks', allTasks: 'All tasks', noOpen: 'Nothing waits for the device.', lately: 'Lately',
      identity: 'Identity', serial: 'Serial number', id: 'Id', model: 'Model', oui: 'OUI', software: 'Firmware', hardware: 'Hardware', root: 'Root', cwmp: 'CWMP version',
      address: 'Address', lastInform: 'Last Inform', lastBoot: 'Last boot', lastBootstrap: 'Last bootstrap', firstSeen: 'First seen', informs: 'Informs',
      reach: 'How it is reached', allCalls: 'All calls', ways: 'Ways', noWay: 'none known: it is reached when it informs', lastWay: 'Last reached by', nat: 'NAT',
      behindNat: 'it is behind one', lastCall: 'Last call',
      profiles: 'Profiles', compare: 'Desired against observed', refused: 'refused', waits: 'waits', agrees: 'agrees', notYet: 'not compared',
      waitsText: 'Changes wait for a maintenance window, which opens {time}.', agreedAt: 'Found to agree', notYetText: 'It is compared with its profiles in its next session.',
    },
    tags: {
      title: 'Tags', none: 'no tags', text: 'The device is compared with the profiles again when its tags change, and called for that.', add: 'Add tags',
      hint: 'with spaces or commas between', wrong: '“{tag}” is no tag: 1 to 64 letters, digits, dots, dashes and underscores', drop: 'Remove the tag {tag}',
      saved: 'The tags are saved.', guard: 'The tags you changed are not saved. Leave them?',
    },
    variables: {
      title: 'Variables of the device', name: 'Name', value: 'Value', hidden: 'hidden', none: 'No variables of its own: the templates see those of its account and its groups.',
      edit: 'Edit variables', add: 'Add a variable', text: 'Templates of profiles see these names. They win over those of the account and of groups.',
      secretText: 'Hidden values are not shown, and all variables are written together: type the hidden ones again, or remove them.',
      secretAgain: 'hidden: type it again', wrongName: '1 to 64 letters, digits, dots, dashes and underscores', twice: 'this name stands here twice', drop: 'Remove {name}',
      saved: 'The variables are saved. The device is compared with its profiles again.', guard: 'The variables you changed are not saved. Leave them?',
    },
    values: {
      yes: '1 · true', no: '0 · false', emptyChoice: '(empty)', tooLong: 'is longer than {max} characters', noChoice: 'is not one of {choices}', noWhole: 'is no whole number',
      noNumber: 'is no number', outOfType: 'is no {type}: {min} to {max}', outOfRange: 'is not within {ranges}', noBoolean: 'is neither 1 nor 0', noTime: 'is no time such as 2026-05-01T12:00:00Z',
      noHex: 'is not hexadecimal', noBase64: 'is not base64', isList: 'a list with commas; of each item:', isForm: '{form}', isWithin: 'within {ranges}', isOr: 'or {words}',
      isOneOf: 'one of {count} words', isShort: 'at most {max} characters', isOctets: 'at most {max} octets', mayBeEmpty: 'may be empty', afterReboot: 'takes effect with the next restart',
    },
    parameters: {
      empty: 'Nothing is known of its parameters yet', emptyText: 'They are read when the device is asked. It is called for that.', refreshAll: 'Read everything again', refreshBranch: 'Read this branch again',
      search: 'Search', searchHint: 'words of names or values', show: 'Show', all: 'all', writable: 'those that can be written', changed: 'those I have changed',
      found: '{count} of {total} parameters', count: '{count} parameters', changedAt: 'changed', collapse: 'Close all', nothing: 'No parameter is like that',
      nothingText: 'Every word must be in the name or the value.', showAll: 'Show all', tree: 'Parameters', name: 'Name', value: 'Value', type: 'Type', seen: 'Last seen',
      rows: '{count} rows', mayWrite: 'can be written', readOnly: 'cannot be written', notAsked: 'nobody has asked the device yet', access: 'Writing', emptyValue: '(empty)', hidden: 'hidden', secretChanged: 'hidden, another one typed',
      hiddenText: 'A secret: it can be set, and is not shown.', newValue: 'Value', newSecret: 'Set another value', inDraft: 'In the queue of changes below; nothing is sent yet.', undo: 'Leave it as it is',
      readAgain: 'Read it now', reveal: 'Reveal what is wanted here', why: 'Why this value', history: 'History', noWhy: 'No profile and no task says anything of it.', noProfile: 'No profile wants anything here.',
      overridden: 'Overridden:', precedence: 'precedence {precedence}, revision {revision}', lastTask: 'Last set by a task:', setTo: 'to {value}', noHistory: 'No values are kept of it. The setting history.parameters says of which they are.',
      tableText: 'A table with {count} rows.', branchText: '{count} parameters below.', addRow: 'Add a row…', addRowBelow: 'Add a row to a table…', deleteRow: 'Delete this row…',
    },
    rows: {
      add: 'Add a row', addYes: 'Add', addText: 'A task adds the row when the device comes. If the device refuses the values, the row stays without them.', table: 'Table', tableHint: 'with a dot at its end',
      like: 'What other rows of this table can be given. What is left empty stays as the device makes it.', remove: 'Delete this row', removeYes: 'Delete the row', removeText: 'A task deletes the row with its {count} parameters when the device comes.',
    },
    draft: {
      title: 'Changes not sent', guard: '{count} changes of parameters are not sent. Leave them?', one: '{count} change not sent', many: '{count} changes not sent', wrong: '{count} cannot be',
      discard: 'Discard', discardYes: 'Discard them', discardText: '{count} changes are forgotten. The device keeps what it has.', review: 'Look and send…', sendTitle: 'Send these changes',
      sendText: 'They are sent together, as one task, as soon as the device comes; it is called for that. It takes all of them or none (up to 256).', later: 'Some take effect with the next restart of the device.',
      parameter: 'Parameter', before: 'Now', after: 'Then', drop: 'Leave {name} out', hidden: 'hidden', empty: '(empty)', expires: 'Given up if the device has not come within', hour: 'an hour', day: 'a day', week: 'a week', never: 'never given up',
      sendOne: 'Send 1 change', sendMany: 'Send {count} changes',
    },
    why: {
      desired: 'wanted:', empty: '(empty)', profile: 'Profile', revision: 'revision {revision}, precedence {precedence}', by: 'published by', template: 'Template:',
      sources: { device: 'variable of the device', account: 'account', group: 'group', identity: 'what the device says of itself' },
    },
    tasks: {
      title: 'Tasks', one: 'One task', state: 'State', kind: 'Kind', outcome: 'Outcome', by: 'By', created: 'Queued', make: 'New task', none: 'No tasks yet', noneSuch: 'No task is like that',
      noneText: 'A task waits for its device, is carried out in a session, and keeps its result.', waitsFor: 'waits for {what}', values: '{count} values', names: '{count} names',
      retry: 'Queue it once more', retried: 'It is queued once more.', cancel: 'Cancel', cancelYes: 'Cancel the task', cancelText: 'The task is withdrawn. What the device has got of it by now it keeps.', cancelled: 'The task is cancelled.',
      cancelTransfer: 'Cancel the transfer', again: 'Another like it…', course: 'Course', updated: 'Changed', attempts: 'Attempts', notBefore: 'Not before', expires: 'Given up', priority: 'Priority', campaign: 'Campaign', commandKey: 'Id and CommandKey',
      result: 'Result', parameter: 'Parameter', value: 'Value', said: 'The device', taken: 'taken', refused: 'refused', empty: '(empty)', notTaken: 'not applied', valuesOf: 'Values of the task',
    },
    newTask: {
      title: 'New task', kind: 'What is to be done', when: 'When, and for how long', expires: 'Given up if the device has not come within', hour: 'an hour', day: 'a day', week: 'a week', never: 'never given up',
      notBefore: 'Not before', priority: 'Priority', priorityHint: 'higher ones come first; below zero it waits until nothing else is to do', body: 'Body', bodyHint: 'as POST /devices/{device}/tasks takes it',
      asJson: 'As JSON', asForm: 'As a form', send: 'Queue it', guard: 'The task you have begun is not queued. Leave it?', noJson: '{name}: this is no JSON', choose: 'Choose…', forOther: 'for {model}',
      noFiles: 'There are no files yet: upload one under Images and files.', noBackups: 'The device has sent no configuration yet: queue a backup first.', name: 'Name', type: 'Type', value: 'Value', addValue: 'Add a value', drop: 'Leave {name} out',
      startSecs: 'Opens after (seconds)', endSecs: 'Closes after (seconds)', mode: 'Mode', addWindow: 'Add a second window',
    },
    kinds: {
      refresh: 'Read a branch', get_parameter_values: 'Read parameters', set_parameter_values: 'Set parameters', reboot: 'Reboot', download: 'Download a file', schedule_download: 'Download within a window',
      download_profile: 'Download the profile', backup_configuration: 'Back up the configuration', restore_configuration: 'Restore a configuration', fetch_log: 'Fetch the log', upload: 'Upload a file', add_object: 'Add a row',
      delete_object: 'Delete a row', get_parameter_names: 'List names', get_parameter_attributes: 'Read attributes', set_parameter_attributes: 'Set attributes', discover: 'Discover everything', get_rpc_methods: 'Ask for its methods',
      schedule_inform: 'Inform later', get_queued_transfers: 'List transfers', get_all_queued_transfers: 'List all transfers', cancel_transfer: 'Cancel a transfer', change_du_state: 'Change software modules', get_options: 'Read options',
      set_vouchers: 'Set vouchers', factory_reset: 'Factory reset', run_diagnostic: 'Measure',
    },
    kindHints: {
      refresh: 'Names, whether they can be written, and values.', discover: 'The methods of the device, then everything.', download_profile: 'Its profiles as one vendor configuration file.', reboot: 'The device restarts.',
      get_rpc_methods: 'Which methods the device has.', get_queued_transfers: 'What it still has to fetch or send.', get_all_queued_transfers: 'Those others have begun as well.', schedule_inform: 'The device begins a session then.',
    },
    danger: { factory_reset: 'The device loses everything it was given and begins as it left the factory.', delete_object: 'The row and everything in it is deleted on the device.' },
    fields: {
      path: 'Path', older_than_secs: 'Only what was seen longer ago than (seconds)', names: 'Names', values: 'Values', file: 'File', target_file_name: 'Name on the device', windows: 'Windows', instance: 'Instance', file_type: 'File type',
      object: 'Object', next_level: 'Only the next level', attributes: 'Attributes (JSON)', delay_secs: 'After (seconds)', task: 'Id of the task', operations: 'Operations (JSON)', option: 'Option', vouchers: 'Vouchers in base64',
    },
    fieldHints: {
      path: 'a partial path with a dot at its end, or empty for everything', names: 'one a line; partial paths end with a dot', older_than_secs: 'empty for all of it', instance: 'may be left empty', target_file_name: 'may be left empty',
      'add_object.object': 'a table, with a dot at its end', 'delete_object.object': 'a row, with a dot at its end', 'add_object.values': 'with names relative to the row', vouchers: 'one a line', attributes: 'notification 0 off, 1 passive, 2 active',
      get_options: 'empty for all',
    },
    sessions: {
      title: 'Sessions that were kept', begin: 'Begin', events: 'Events', rpcs: 'RPCs', took: 'Took', outcome: 'Outcome', trace: 'Message trace', on: 'on', off: 'off', all: 'The configuration has every device traced.', until: 'Messages are kept until',
      offText: 'Messages of this device are not kept.', keepFor: 'Keep for', turnOn: 'Turn on', turnOff: 'Turn off', extend: 'Set anew', isOn: 'The messages of this device are kept from now on.', isOff: 'The messages of this device are not kept any more.',
      masked: 'Secrets are masked before a message is kept. Whoever reads a session is named in the audit trail.', look: 'Look again', none: 'No sessions were kept', noneYet: 'They come with the next session of the device: call it.',
      noneText: 'Turn the trace on, then call the device.', back: 'All sessions', oneTitle: 'Session of {time}', showAll: 'Show all XML', hideAll: 'Hide all XML', export: 'Export (tar)', summary: '{rpcs} RPCs, {messages} messages',
      incomplete: 'The session was too large to be kept whole: messages are missing.', cpe: 'Device', acs: 'Server', nothing: 'nothing more to say', xml: 'XML', hideXml: 'Hide XML', afterBefore: '{ms} ms after the message before',
    },
    drift: { equal: 'equal', different: 'different', not_seen: 'not seen', refused: 'refused' },
    measures: { ip_ping: 'Ping', trace_route: 'Trace route', ns_lookup: 'Name lookup', download: 'Download test', upload: 'Upload test', udp_echo: 'UDP echo', line_test: 'Line test' },
    profile: {
      title: 'Desired against observed', agrees: 'agrees with its profiles', pending: 'not compared yet', waits: 'waits for a window', hindered: 'cannot be applied', waitsUntil: 'The window opens {time}.', observed: 'last seen to change',
      problems: 'Nothing is applied, because of this:', problemsFix: 'Give the device, its account or a group the variable, or change the profile.', retry: 'Try what was refused again', retried: '{count} refusals are forgotten, and the device is compared anew.',
      values: 'Values ({count})', state: 'State', parameter: 'Parameter', desired: 'Desired', observedTitle: 'Observed', why: 'Why', hidden: 'hidden', empty: '(empty)', notSeen: 'not seen', none: 'No profile wants anything of this device',
      noneText: 'Profiles choose devices by model, version, tags or a query.', noneSuch: 'No value is like that', first: 'The first {shown} of {count}: search for the others.', rows: 'Rows of tables', isRow: 'row {instance}', noRow: 'not there yet', goes: 'is to go',
      conflicts: 'Contradictions', conflict: '{winner} says “{value}” and holds; {loser} says “{lost}” with the same precedence.', document: 'Vendor configuration file', documentText: 'The same profiles as one file, for devices that fetch such. Secrets are not shown in it.',
      sendDocument: 'Send it to the device', show: 'Show', hide: 'Hide', leftOut: 'What the file cannot bring',
    },
    diagnostics: {
      title: 'Measurements', one: 'One measurement', state: 'State', kind: 'Kind', target: 'Of', result: 'Result', at: 'Queued', none: 'Nothing was measured yet', noneText: 'Choose a kind above: the device is called, measures, and comes back with the result.',
      loss: '{loss} % lost', hops: '{hops} hops', phone: 'a telephone is connected', noPhone: 'no telephone is connected', port: 'port {port}', over: 'Over time', series: 'Of', numbers: { average_ms: 'Time there and back', loss_percent: 'Packets lost', bits_per_second: 'Speed' },
      trend: '{title}, {count} measurements: {min} to {max} {unit}, the last {last} {unit}', between: '{min} – {max} {unit}', waits: 'It waits for the device.', measures: 'The device measures.', cancel: 'Withdraw', cancelYes: 'Withdraw it', cancelText: 'The device is not asked for the result any more.', cancelled: 'The measurement is withdrawn.',
      again: 'Once more…', hopTable: 'Hops', rows: 'Rows', values: 'What the device said', asked: 'What it was asked', by: 'By', took: 'Took', begun: 'The measurement is queued. The device is called for it.', begin: 'Begin', more: 'More', limit: 'May take (seconds)',
      fields: { host: 'Host', repetitions: 'Repetitions', timeout_ms: 'Timeout (ms)', block_bytes: 'Size of a packet (bytes)', dscp: 'DSCP', interface: 'Interface', tries: 'Tries of each hop', max_hops: 'Hops at most', name: 'Name', server: 'DNS server', url: 'URL', bytes: 'Bytes', port: 'Port', pause_ms: 'Pause (ms)', test: 'Test' },
      fieldHints: { 'ip_ping.host': 'a name or an address', 'trace_route.host': 'a name or an address', 'udp_echo.host': 'a name or an address', 'download.url': 'http or ftp', 'upload.url': 'http or ftp', 'line_test.test': 'empty for what the device has chosen, or such as PhoneConnectivityTest', 'ns_lookup.server': 'empty for the device’s own' },
      hints: { ip_ping: 'The device sends packets to a host and counts what comes back.', trace_route: 'The device looks which way packets take to a host.', ns_lookup: 'The device asks its DNS server for a name.', download: 'The device fetches a file and says how fast that was.', upload: 'The device sends bytes and says how fast that was.', udp_echo: 'The device sends UDP packets to an echo service and counts what comes back.', line_test: 'The device tests a telephone port.' },
    },
    firmware: {
      title: 'Firmware', unknown: 'not known yet', model: 'Model', hardware: 'Hardware', lastBoot: 'Last boot', download: 'Download an image…', schedule: 'Within a window…', slots: 'Slots', slot: 'Slot', version: 'Version', status: 'Status', failure: 'Why it did not start', active: 'runs', boots: 'starts next',
      timeline: 'Versions it has had', since: 'since', runs: 'runs since', noTimeline: 'No versions are kept', noTimelineText: 'Name Device.DeviceInfo.SoftwareVersion in history.parameters of the configuration.', transfers: 'Downloads', state: 'State', what: 'What', at: 'Queued', noTransfers: 'Nothing was sent to this device yet.',
      campaigns: 'Campaigns', noCampaigns: 'No campaign has given this device anything.', look: 'What happened',
    },
    files: {
      title: 'Files the device has sent', purpose: 'What for', purposes: { backup: 'Backup', log: 'Log', upload: 'Upload' }, type: 'File type', size: 'Size', created: 'Came', acts: 'Actions', save: 'Save', restore: 'Give back…', backup: 'Back up now', log: 'Fetch the log', upload: 'Another file…', none: 'The device has sent no files',
      noneText: 'Back up its configuration: it is kept here, and can be given back to it.', noted: 'Whoever saves a file is written into the audit trail.', remove: 'Remove this file', removeYes: 'Remove it', removed: 'The file is removed.', removeText: '{type} of {time} is deleted on the server.',
    },
    contact: {
      calls: 'Connection requests', at: 'When', way: 'Way', outcome: 'Outcome', took: 'Took', ways: 'Ways', url: 'URL', udp: 'UDP address', jabber: 'Jabber id', nat: 'Behind NAT', worked: 'Last reached by', yes: 'yes', no: 'no', revealCall: 'Reveal the password it is called with', revealDevice: 'Reveal the password it comes with', noCalls: 'It was not called yet', noCallsText: 'Tasks call it by themselves.',
      keys: 'Vendor’s own provisioning', keysText: 'Devices that fetch profiles by themselves do so with a key; without one, or without a certificate, only while their window is open.', key: 'Key', since: 'since', noKey: 'none yet', used: 'Has fetched with it', next: 'Next key', window: 'Window', windowOpen: 'open', windowShut: 'shut', until: 'until', minutes: 'Minutes', openWindow: 'Open the window', closeWindow: 'Shut it', opened: 'The window is open.', closed: 'The window is shut.',
      rotate: 'Another key…', rotateYes: 'Make another key', rotated: 'The device is being given another key.', rotateText: 'The device is given another key. The one it has is good until it has fetched with the other.', contacts: 'Requests for profiles', from: 'From', agent: 'Device', noContacts: 'It has not asked for a profile.',
      report: 'Its report against its profiles', reportText: 'Devices of some vendors report their whole configuration.', look: 'Compare', noReport: 'The device has reported nothing.', parameter: 'Parameter', desired: 'Desired', reported: 'Reported', source: 'Source', encrypted: 'Encrypted', equal: 'Equal', secrets: 'Secrets, not compared', notReported: 'Not reported', ignored: 'Not understood', same: 'What it reported is what its profiles want.',
      learned: 'How it wants to be asked', learnedText: 'Learned from its answers, for the firmware it runs.', firmware: 'For firmware', branches: 'Branches', batch: 'Names in one question', tooMany: 'Too many names', lacks: 'Methods it lacks', tooLarge: 'Too large to be listed', alone: 'Asked for alone', unreadable: 'Cannot be read', avoided: 'Left alone', avoidedUntil: '{path} until {time}', methods: 'Its methods ({count})', everything: '(everything)',
      forget: 'Learn anew…', forgetYes: 'Forget it', forgotten: 'It is learned anew, for all devices of this model.', forgetText: 'What was learned is forgotten for this device and for its model.',
    },
    audit: {
      title: 'What people and programs have done with it', at: 'When', actor: 'Who', action: 'What', subject: 'Of', change: 'Change', by: 'Lines that name', byId: 'its id', byIdentity: 'its identity', none: 'Nobody has done anything with it', noneText: 'Sign-ins, changes, secrets that were revealed and sessions that were read stand here.',
    },
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
    title: 'Groups', sub: 'Variables for every device with a tag', name: 'Name', tag: 'Tag', precedence: 'Precedence', variables: 'Variables', devices: 'Devices', add: 'Add a group', edit: 'Change {name}',
    none: 'No groups yet', noneText: 'A group gives variables to every device with its tag: a time server of a site, a proxy of a region. Profiles use them in templates.', noVariables: 'The group sets nothing yet.',
    noSuch: 'There is no such group', nameHint: 'letters, digits, dots, dashes and underscores', taken: 'There is a group of this name already.', tagHint: 'devices with this tag belong to it',
    tagHas: '{n} devices have this tag', precedenceHint: 'of two groups that set the same variable the higher one wins', saved: 'Group {name} has been saved',
    secretsAgain: 'Secrets are not shown: put them in again to keep them.', comparedAgain: 'Devices with the tag are compared with their profiles again, and called for that.',
    remove: 'Remove {name}', removed: 'Group {name} has been removed', removeText: '{devices} devices lose {variables} variables. Those whose profiles need one are reported as failed until it is set elsewhere.',
  },

  // ---- subscribers and lines
  subscribers: {
    title: 'Subscribers', sub: 'Who has which lines, and on which device', subscriber: 'Subscriber', account: 'Account', name: 'Name', notes: 'Notes', lines: 'Lines',
    device: 'Device', changed: 'Changed', made: 'Made', onNone: 'on none', actions: 'Actions', searchHint: 'account, name or notes', showAll: 'Show all',
    none: 'No subscribers yet', noneText: 'A subscriber has lines, and is on one device at most. Import them from a list, or add the first one.',
    noneLike: 'No subscriber with “{contains}”', add: 'Add a subscriber', added: 'Subscriber {account} has been added', taken: 'There is a subscriber {account} already.',
    accountHint: 'the text you know the subscriber by', withLine: 'With a telephone line', saved: 'The subscriber has been changed',
    export: 'Export', exported: 'The list has been saved', exportText: 'A list of all subscribers with their lines. The export leaves a line in the audit trail.',
    exportWhat: 'As', csv: 'CSV, without passwords', json: 'JSON, without passwords', csvSecrets: 'CSV, with passwords', jsonSecrets: 'JSON, with passwords',
    exportSecretsText: 'Whoever has the file has every password in it. Keep it where nobody else reads it, and delete it when you are done.',
    import: 'Import', importText: 'A list of subscribers in CSV or JSON. It is looked at first, and you see row by row what would happen; then all of it is carried out, or nothing.',
    file: 'File', orPaste: 'Or paste it here', columns: 'Columns of CSV', look: 'See what would happen', looking: 'Looking…', otherFile: 'Another list', importThem: 'Import {n}',
    columnsMean: {
      account: 'must be there; rows with the same one are its lines', 'name, notes': 'of the subscriber', port: 'the telephone port, 1 to 24',
      'number, user, password': 'of the line; an empty password leaves the one it has', 'display_name, proxy, enabled': 'of the line',
      'var:NAME, option:NAME': 'a variable of the subscriber, an option of the line', 'serial, mac, customer': 'bind the subscriber to a device by it',
    },
    wouldImport: 'This is what would happen. Nothing has been changed yet.', cannotImport: 'Some rows cannot be. Nothing is imported until every row can be: correct the list.',
    row: 'Row', rows: 'Rows', outcome: 'What would happen', why: 'Why', moreRows: '{n} more rows', imported: 'Imported: {create} made, {update} changed',
    outcomes: { create: 'made', update: 'changed', unchanged: 'unchanged', error: 'cannot be' },
    noSuch: 'There is no such subscriber', noSuchText: 'It may have been removed, or belongs to a part of the fleet that is not yours.', toAll: 'To the subscribers',
    variables: 'Variables', noVariables: 'No variables', variablesHint: 'Templates of profiles see them.', variableName: 'Name', value: 'Value', valueOf: 'Value of {name}', stays: 'stays as it is',
    again: 'put the secret in again', without: 'Without {name}', addVariable: 'Add a variable', secret: 'A secret: your role does not show it', reveal: 'Reveal', revealWhat: 'Reveal {what}',
    revealText: 'The audit trail will say that you have seen it.', passwordOf: 'the password of {line}',
    on: 'On', since: 'Since', onText: 'The templates of its device see what the subscriber has.', onNoDevice: 'On no device',
    onNoDeviceText: 'Put it on a device you know, give out a code that is typed on the telephone, or bind it to a device that is still to come.',
    bind: 'Put on a device', bindText: 'The device gets the lines with its next comparison, and is called for it.', deviceHint: 'identity, or a part of it', bound: 'The subscriber is on the device',
    unbind: 'Take off the device', unbindText: 'The {lines} lines of {identity} are emptied when it is next compared, and its bindings by serial number or MAC address are removed.', unbound: 'The subscriber is on no device',
    toCome: 'Bind to a device to come', code: 'Activation code', codeWhat: 'Twelve digits that are typed on the telephone of the device. The code is good for one device, and takes the place of one made before.',
    goodFor: 'Good for', goodForOf: { 60: 'an hour', 1440: 'a day', 4320: 'three days', 10080: 'a week', 43200: '30 days' }, makeCode: 'Make a code',
    codeText: 'Give the subscriber this code. A telephone on the device types it, or you enter it under Provisioning.', codeLabel: 'Code', codeEnds: 'Good until {at}.', once: 'It is shown only once.',
    editAccount: 'Change the subscriber', removeAccount: 'Remove subscriber {account}', removed: 'Subscriber {account} has been removed',
    removeText: 'The subscriber goes, with {lines} lines.', removeOnText: 'The subscriber goes, with {lines} lines. Those of {identity} are emptied when it is next compared.',
    port: 'Port', atPort: 'port {port}', number: 'Number', user: 'User', password: 'Password', proxy: 'Proxy', displayName: 'Display name', inService: 'In service', options: 'Options', registration: 'Registration',
    optionsHint: 'Further settings by names of your own, such as register_expires.', passwordStays: 'empty: it stays as it is', portTaken: 'There is a line at this port already.',
    addLine: 'Add a line', lineAt: 'Line at port {port}', lineWritten: 'The line has been written', removeLine: 'Remove the line at port {port}', lineRemoved: 'The line has been removed',
    removeLineText: '{number} goes; the port of the device is emptied when it is next compared.', deviceGetsIt: 'The device gets it when it is next compared, and is called for that.',
    noLines: 'No lines', noLinesText: 'Add the first one: a number or a user, and the password at the registrar.', notReported: 'not reported', outOfService: 'out of service',
    saidAt: 'the device said “{said}”, last at {at}', sinceAgo: '{ago}', linesSub: 'Numbers, their registration, and where they ring', linesHint: 'number, user, account or name',
    noLineLike: 'No line is like that', noLinesAtAll: 'No lines yet', noLinesAtAllText: 'Lines belong to subscribers: add or import those.',
  },

  // ---- tasks and faults
  tasks: {
    sub: 'What devices are asked to do, and what goes wrong', tasks: 'Tasks', faults: 'Faults', state: 'State', kind: 'Kind', what: 'What', device: 'Device',
    deviceHint: 'id or identity', by: 'by {who}', aCampaign: 'a campaign', queued: 'Queued', actions: 'Actions', clear: 'Clear the filters',
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
    sub: 'Measurements on many devices', runs: 'Runs', start: 'Start a run', startOn: 'Start on {n} devices', begun: 'The run has begun', what: 'Measurement', progress: 'Progress', state: 'State', started: 'Started', by: 'By',
    ended: 'Ended', underWay: 'Under way', none: 'No runs yet', noneText: 'Have many devices ping, trace, look up or load something, and see at once which of them do badly.',
    kinds: { ip_ping: 'Ping', trace_route: 'Trace route', ns_lookup: 'Name lookup', download: 'Download', upload: 'Upload', udp_echo: 'UDP echo', line_test: 'Line test' },
    means: {
      ip_ping: 'loss and delay to a host', trace_route: 'the way to a host', ns_lookup: 'whether a name can be looked up', download: 'how fast a file comes', upload: 'how fast bytes go', udp_echo: 'loss and delay to an echo server',
      line_test: 'what the device says of a telephone line',
    },
    states: { pending: 'to come', queued: 'asked', measuring: 'measuring', done: 'done', failed: 'failed', expired: 'did not come', cancelled: 'withdrawn' },
    which: 'Which devices', whichHint: 'a query; empty for all devices', willMeasure: '{n} devices will measure, at most {at} at one time. Each is called, and measures after its session.', nobody: 'No device is like that.',
    more: 'More settings', typeCount: 'That is many. Type {n} to go on',
    fields: {
      host: 'Host', repetitions: 'Repetitions', timeout_ms: 'Time for each, in ms', block_bytes: 'Bytes of each', dscp: 'DSCP', tries: 'Tries for each hop', max_hops: 'Hops at most', name: 'Name', server: 'Server', url: 'Address', bytes: 'Bytes',
      port: 'Port', pause_ms: 'Pause between, in ms', test: 'Test', concurrency: 'Devices at one time', limit_secs: 'Seconds to measure', expires_secs: 'Seconds to come',
    },
    hints: { host: 'a name or an address', server: 'empty: the device’s own', url: 'http or ftp', test: 'empty: what the device has chosen' },
    noSuch: 'There is no such run', noSuchText: 'Runs are removed when their time is over.', toRuns: 'To the runs', devices: 'Devices', concurrency: 'At one time',
    withdraw: 'Withdraw', withdrawText: '{left} devices that have not begun measure no more. Those under way go on.', withdrawn: 'The run is withdrawn',
    device: 'Device', loss: 'Loss', average: 'Average', speed: 'Speed', hops: 'Hops', phone: 'Telephone', connected: 'connected', notConnected: 'not connected', details: 'Details', results: 'Results, the worst first', noResults: 'Nothing yet',
    notYet: 'not yet', between: '{least} to {most} ms', summary: 'median {median} ms, worst {worst} ms, {lossy} with loss', onlyMost: 'Only the first {n} devices are shown here; the API has them all.',
  },

  // ---- provisioning: activation and requests for profiles
  provisioning: {
    title: 'Provisioning', sub: 'The vendor’s own way: requests for profiles, bindings and activation codes', requests: 'Requests', bindings: 'Bindings', codes: 'Activation codes', when: 'When', device: 'Device',
    deviceHint: 'identity, or a part of it', outcome: 'What came of it', path: 'Asked for', from: 'From', filter: 'Filter', showAll: 'Show all', newer: 'Show the newest', noneOf: 'This device has asked for nothing',
    noRequests: 'No device has asked for its profile', noRequestsText: 'Requests of known devices are listed here once provisioning.http, https or tftp is set and a device resyncs.',
    told: 'Told', toldIt: 'told', toldNobody: 'nobody yet', gives: 'Gives', windowOf: 'a window of {n} minutes', until: 'until', actions: 'Actions', reopen: 'Tell once more', reopenText: 'The next device that comes with it is told, as if none had been.', reopened: 'It can be told once more',
    addBinding: 'Add a binding', changeBinding: 'Change the binding', removeBinding: 'Remove the binding', removeBindingText: 'What a device got with it stays with it.', bindingRemoved: 'The binding has been removed',
    noBindings: 'No bindings', noBindingsText: 'A binding says which account a device gets that nobody knows yet.',
    makeCode: 'Make a code', makeCodeText: 'For a subscriber on no device: twelve digits that are typed on the telephone.', useCode: 'Use a code', useCodeText: 'When somebody reads you a code on the telephone, put the subscriber on the device with it.',
    code: 'Code', codeUsed: 'The code has been used', isOn: 'On the device:', codesNotYou: 'Your role makes and uses no codes',
    by: 'Recognised by', bys: { serial: 'Serial number', mac: 'MAC address', customer: 'Customer number', code: 'Activation code' },
    byHints: { serial: 'as printed on the device', mac: 'in any spelling', customer: '10 to 64 letters, digits, dashes and underscores' },
    account: 'Account', accountHint: 'a subscriber, or any text that becomes the variable “account”', window: 'Window in minutes', windowHint: 'so long the device then gets its first profile without a certificate',
    more: 'More', rule: 'Profile rule', ruleHint: 'empty: it leads to the profile on this server', variables: 'Variables', bindIt: 'Bind', bindingWritten: 'The binding has been written',
    bindingText: 'A device that comes with this gets the account; one that is known gets it at once.',
  },

  // ---- quarantine
  quarantine: {
    title: 'Quarantine', sub: 'Devices that are kept apart: they may inform, and get nothing', device: 'Device', deviceHint: 'identity, or a part of it', from: 'from {address}', reason: 'Because', why: 'Why',
    reasons: { unknown: 'nobody knew it', replaced: 'replaced', operator: 'kept apart' }, replacedBy: 'In its place:', since: 'Since', last: 'Last seen', times: '{n} times', actions: 'Actions',
    none: 'No device is kept apart', noneText: 'Devices nobody knows come here if the settings of admission say so, and devices whose place another one has taken.',
    admit: 'Admit', admitOne: 'Admit {identity}', admitText: 'The device gets credentials, profiles and tasks from its next session on.', admitReplaced: 'Another unit has taken its place: what belonged to this one is with that one.',
    subscriber: 'Subscriber', without: 'Without a subscriber', withOne: 'Put a subscriber on it', account: 'Account', accountHint: 'account, or a part of the name', halfDone: 'The device has been admitted; the subscriber is not on it yet.',
    admitted: '{identity} has been admitted', admittedWith: '{identity} has been admitted for {account}',
    refuse: 'Forget', refuseOne: 'Forget {identity}', refuseText: 'The device is removed with all that belongs to it.', refuseNote: 'If it comes again it is treated as one nobody knows: where those are let in, refuse it in the settings of admission.', refused: '{identity} has been removed',
    keepApart: 'Keep a device apart', apartText: 'Its sessions end at once from then on; it gets no credentials, no profile and no task. A session that is open goes on to its end.', whyHint: 'reported stolen', apart: '{device} is kept apart',
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
    title: 'Audit trail', sub: 'Who did what, to what, and when', when: 'When', line: 'line {number}', who: 'Who', what: 'Action', subject: 'To what', subjectHint: 'contains this', since: 'From', until: 'Until',
    filter: 'Filter', clear: 'Clear the filters', newer: 'Show the newest', onlyThis: 'Only lines with this', noneLike: 'No line is like that', noneLikeText: 'Nobody has done that in this time.',
    check: 'Is it whole?', checkIt: 'Check every line', checkText: 'Each line holds a hash over its content and over the line before it. The check looks at every line that is kept.',
    withHead: 'Compare with a head that was noted down', expect: 'Head noted down', expectHint: 'such as 16:5f0c… — finds out whether the whole trail was written anew since', head: 'Head to note down elsewhere',
    intact: 'intact', intactText: '{lines} lines looked at, from line {first} on: each is what was written.', broken: 'Line {number} is not what was written',
    brokenFix: 'keep the data folder as it is, compare with a backup, and find out who could write to the disk.',
  },

  // ---- webhooks
  webhooks: {
    title: 'Webhooks', sub: 'Servers of yours that are told what has happened', url: 'Address', urlHint: 'https, or http within networks that outbound.allow names', kinds: 'Of what', kindsHint: 'apart by commas; empty for everything',
    usual: 'Usual kinds', everything: 'everything', state: 'State', on: 'on', off: 'off', made: 'Made', add: 'Add a webhook', change: 'Change the webhook', enabled: 'Told from now on', saved: 'The webhook has been changed',
    none: 'No webhooks yet', noneText: 'A server of yours is told at once when a task fails, a line loses its registration or a campaign pauses.', noSuch: 'There is no such webhook',
    howTold: 'How it is told', howToldText: 'Each event is the body of a POST, in order, with two headers. Any 2xx within 5 seconds takes it; anything else is tried again, 12 times, with growing pauses.',
    signature: 'HEX is HMAC-SHA256 over “SECONDS.BODY” with the secret of the webhook. An event may come twice: its number is the same.',
    added: 'The webhook is made', secretText: 'Deliveries are signed with this secret. It is shown only once: copy it before you close the window.', secret: 'Secret', haveIt: 'I have it',
    remove: 'Remove the webhook', removeText: '{url} is told nothing any more, and what it was still to be told is dropped.', removed: 'The webhook has been removed',
    deliveries: 'Still to be told', deliveriesText: 'What waits for its next attempt, and what was given up.', event: 'Event', attempts: 'Attempts', next: 'Next attempt', notAgain: 'not by itself', why: 'Why it failed', waits: 'waits', givenUp: 'given up',
    look: 'Look again', retry: 'Try all again', retried: 'Everything is tried again', allTold: 'Everything has been told', allToldText: 'Nothing waits, and nothing was given up.',
  },

  // ---- system
  system: {
    title: 'System', sub: 'How the server itself does', uptime: 'running', sessions: 'open sessions', openTasks: 'open tasks', calls: 'calls under way', followers: 'event followers',
    deliveries: 'to be delivered', panics: 'The program has made {n} mistakes since it started. Each is in the log with its place: please report them.', server: 'Server', version: 'Version', started: 'Started', devices: 'Devices', oldest: 'Oldest open task', memory: 'Memory', cpu: 'Processor time',
    files: 'Open files', of: '{n} of {all}', store: 'Store', takesWrites: 'takes writes', noWrites: 'takes no writes', size: 'Database', wal: 'Write-ahead log', schema: 'Schema version', lastBackup: 'Last backup',
    disk: 'Disk', ours: 'database', others: 'other files', free: 'free', diskLow: 'Less than a tenth of the disk is free: the store takes no writes when it is full.', backupOld: 'The last backup is more than a week old, or there is none.',
    jobs: 'Jobs', job: 'Job', state: 'Last run', lastRun: 'Begun', took: 'Took', runs: 'Runs', failures: 'Failed', ok: 'ok', failed: 'failed', noJobs: 'No job has run yet',
    does: {
      advance_campaigns: 'moves campaigns on', call_devices: 'calls devices that have something to do', call_for_operations: 'calls devices of bulk operations', compare_devices: 'compares devices with their profiles',
      expire: 'ends what has waited too long', index_parameters: 'keeps the index of parameters', look_after_health: 'concludes how devices stand', prune_events: 'removes old events', reap: 'ends sessions that have fallen silent',
      retain: 'removes what is past its time', run_diagnostics: 'moves runs of diagnostics on', run_operations: 'moves bulk operations on', tell_webhooks: 'tells webhooks what has happened',
    },
    listen: 'Listeners and certificates', forWhom: 'For', address: 'Address', speaks: 'Speaks', certificate: 'Certificate', noCertificate: 'none', ends: 'ends',
    listeners: {
      'cwmp.listen': 'Devices (CWMP)', 'cwmp.tls_listen': 'Devices (CWMP over TLS)', 'api.listen': 'People and programs', 'files.listen': 'Files for devices', 'provisioning.http': 'Resyncs by HTTP',
      'provisioning.https': 'Resyncs by HTTPS', 'provisioning.tftp': 'Resyncs by TFTP', 'stun.listen': 'Devices behind a NAT (STUN)',
    },
    settings: 'Settings in force', settingsText: 'As the server reads them from its file, the environment and the command line. Secrets are masked; what is not set is left out.', setting: 'Setting', value: 'Value', masked: 'a secret', noSetting: 'No setting is like that',
    reload: 'Reload settings', reloadText: 'The settings are read again. Either all of them can be used, and come into force but for those that take a restart, or nothing changes. Open sessions stay.',
    reloaded: 'The settings have been read again', applied: 'In force', needsRestart: 'Differ, and take a restart', nothing: 'none',
    backup: 'Backup', makeBackup: 'Make and save it', backupText: 'An archive of everything the server keeps, as it is at this moment. The database has {size}; it may take a while, and the server goes on meanwhile.',
    backupSecrets: 'There are passwords and the key of the secrets in it. Keep it where nobody else reads it.', backupMade: 'The backup has been saved as {name}',
  },
};
