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
    title: 'Dashboard', sub: 'How the fleet stands, now',
    devices: 'Devices', online: 'Online', overdue: 'Overdue', never: 'Never came', sessions: 'open sessions',
    failedTasks: 'Failed tasks', today: 'in 24 hours',
    perMinute: 'Informs a minute', health: 'Health', states: { ok: 'ok', warning: 'warning', critical: 'critical',
    unknown: 'not judged yet' },
    contact: 'Contact', contactText: 'Overdue is who has not informed for {time}.', minutes: '{n} minutes', hours: '{n} hours',
    days: '{n} days',
    attention: 'Needs attention', calm: 'Nothing needs attention',
    calmText: 'No device stands badly, nothing has failed, no campaign has paused.',
    reasons: {
      registration_lost: 'lost the registration of a line', not_registered: 'with a line that was never registered',
      high_loss: 'with a high measured loss', reboot_loop: 'restarting again and again', overdue: 'overdue: Informs were missed',
      profile_refused: 'refusing the profiles', task_failed: 'with a task that failed',
    },
    pausedCampaign: 'Campaign “{name}” has paused', pausedOperation: 'Bulk operation “{name}” has paused',
    profileFailed: 'refusing the profiles',
    failedTask: 'tasks failed in the last 24 hours', quarantine: 'waiting in quarantine to be let in', see: 'See them',
    device: '{n} device', manyDevices: '{n} devices',
    informs: 'Devices that informed within the last minute', informsText: 'Since this page was opened; every {secs} seconds.',
    thisMinute: 'Informs a minute',
    versions: 'Firmware', models: 'Models', noVersion: '(none yet)', further: 'and {n} more',
    faults: 'Faults of the last seven days', noFaults: 'No faults', noFaultsText: 'Nothing has gone wrong for seven days.',
    fault: 'What failed', kind: 'Kind', times: 'Times', onDevices: 'Devices', last: 'Last', allFaults: 'Tasks and faults',
    campaigns: 'Campaigns', noCampaigns: 'No campaign is under way',
    noCampaignsText: 'A campaign upgrades many devices by stages, and stops by itself when it goes wrong.',
    newCampaign: 'New campaign', allCampaigns: 'All campaigns', stage: 'stage {now} of {all}', toVersion: 'to {version}',
    operations: 'Bulk operations', noOperations: 'None is under way',
    noOperationsText: 'Choose devices in the table, and what is to be done with them.', allOperations: 'All operations',
    parts: { done: 'done', failed: 'failed', expired: 'expired', under_way: 'under way', pending: 'waiting',
    other: 'left out' }, kinds: 'Kinds',
    share: '{share} %', time: 'Time', table: 'As a table',
  },

  // ---- charts
  chart: { table: 'As a table', time: 'Time', waiting: 'Measuring…', none: 'No values yet' },

  // ---- devices (the table)
  devices: {
    title: 'Devices', found: '{total} device{s} found', inAll: '{total} device{s}', columnsButton: 'Columns',
    export: 'Export CSV', import: 'Import…', register: 'Register…',
    doWithAll: 'Do with all…', doWith: 'Do with them…', pickAll: 'Choose all {total}', pickNone: 'Choose none',
    somePicked: '{number} chosen', allPicked: 'All {total} of this list chosen',
    aboutQuery: 'With all devices that “{query}” finds', aboutAll: 'With every device of the fleet',
    aboutPicked: 'With the {number} devices you have chosen',
    noneFound: 'No device fulfils this',
    noneFoundText: 'Take a condition away, or look whether a value is written as devices report it.',
    showAll: 'Show all devices',
    groups: 'Groups', groupsBy: 'How many have which', noGroups: 'None of these has a value.', noValue: 'none',
    narrow: 'Only these: {condition}',
    plain: { contains: 'identity contains', product_class: 'product class is', software_version: 'firmware is',
    tag: 'has the tag', serial_number: 'serial number is' },
    takeOff: 'Take off: {what}',
    columns: {
      identity: 'Device', product_class: 'Model', software_version: 'Firmware', health: 'Health', 'line.state': 'Lines',
      tag: 'Tags', last_inform: 'Last Inform', address: 'Address',
      'health.reason': 'Reason of health', 'profile.state': 'Profiles', account: 'Account', 'line.number': 'Numbers',
      'line.user': 'SIP users', serial_number: 'Serial number',
      manufacturer: 'Manufacturer', oui: 'OUI', hardware_version: 'Hardware', root: 'Root', cwmp_version: 'CWMP version',
      parameter_key: 'ParameterKey',
      first_seen: 'First seen', last_boot: 'Last boot', last_bootstrap: 'Last bootstrap', informs: 'Informs',
    },
    chooseColumns: 'Columns', shown: 'Shown, from left to right', addColumn: 'Add a column', earlier: '{what}: further left',
    later: '{what}: further right', without: 'Without {what}',
    parameterColumn: 'A parameter', parameterColumnHint: 'Its path; * stands for any instance, ~. in front for either root.',
    add: 'Add', usual: 'As at first', apply: 'Show these',
  },

  // ---- asking for devices: the query bar, and what is kept of it
  queries: {
    label: 'Query', placeholder: 'all devices; for instance  product_class = "ATA192" and last_inform < ago("2h")',
    submit: 'Show', clear: 'Clear', help: 'Help',
    offers: 'What may stand here', onDevices: 'on {devices} devices', at: 'At character {position}, {why}',
    slow: 'No index answers this alone: every device is looked at, which takes a moment in a large fleet.',
    helpTitle: 'How to ask for devices',
    helpText: 'Say what must hold of a device; join conditions with and, or, not and brackets. While you type, what may follow is offered: go down with the arrow keys and take one with Enter. An example is taken into the line by a click.',
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
      ['=  !=', 'is, is not (or has none)'], ['<  <=  >  >=', 'numbers, times and versions'], ['~',
      'contains, in upper or lower case'], ['like', 'of this form: * any text, ? one character'],
      ['in ("a", "b")', 'is one of'], ['exists', 'has a value'], ['ago("2h")', 'so long before now: m, h, d, w'],
      ['time("2026-05-01")', 'a moment'],
    ],
    views: 'Views', noViews: 'No view is kept yet.', isShared: 'shared', of: 'of {owner}',
    removeView: 'Remove the view “{name}”', keep: 'Keep this view…', removeShared: 'Others lose it too: it is shared.',
    removeOwn: 'The devices stay as they are.', keepText: 'The query and the columns are kept under a name.',
    everything: 'all devices', name: 'Name', nameHint: 'letters, digits, dots, dashes and underscores',
    replaces: 'There is a view by this name: it is replaced.', shared: 'Others see it too', kept: 'The view “{name}” is kept.',
  },

  // ---- one thing done with many devices
  bulk: {
    title: 'Do with many devices', what: 'What', back: 'Back', look: 'What would happen?', more: 'More',
    begun: 'Begun with {devices} devices.',
    touches: '{devices} device{s} will be touched.', does: 'What happens: {does}.',
    fixed: 'The devices are fixed from the moment you agree. Each has {hours} hours to come; what has not begun can be withdrawn.',
    typeNumber: 'Type {number} to confirm', yes: '{what}: {devices} device{s}',
    kindGroups: { common: 'Often', change: 'Change', files: 'Files of devices', danger: 'Dangerous' },
    kinds: {
      connection_request: 'Call now', reboot: 'Restart', refresh: 'Read parameters again', add_tags: 'Add tags',
      remove_tags: 'Remove tags', set_parameter_values: 'Set parameters',
      download: 'Send a file', cancel_tasks: 'Withdraw waiting tasks', backup_configuration: 'Back up the configuration',
      fetch_log: 'Fetch the log', factory_reset: 'Reset to factory settings',
    },
    about: {
      connection_request: 'Each is asked to begin a session at once.', reboot: 'Calls in progress end.',
      refresh: 'Names and values are read from the devices.', add_tags: 'Profiles that go by tags apply from then on.',
      remove_tags: 'Profiles that go by tags cease to apply.',
      set_parameter_values: 'The same values for all. What is to stay so belongs in a profile.',
      download: 'Firmware for many devices is better sent by a campaign, in stages.',
      cancel_tasks: 'What has not begun is withdrawn, but for tasks of campaigns.',
      backup_configuration: 'Each sends its configuration; it is kept as a file of the device.',
      fetch_log: 'Each sends its log; it is kept as a file of the device.',
      factory_reset: 'Everything that was set at the devices is lost. They come back as from the factory.',
    },
    tags: 'Tags', tagsHint: 'with spaces between', path: 'Below',
    pathHint: 'A partial path such as Device.Services. – empty for everything.', file: 'File',
    fileHint: 'Images and files that were put on the server.',
    noFiles: 'There is no file on the server yet: put one there under Images and files.', chooseFile: 'choose a file',
    values: 'Values', parameter: 'Parameter', type: 'Type', value: 'Value', anotherValue: 'Another value',
    name: 'Name', nameHint: 'for people', hours: 'Hours', hoursHint: 'that each may take to come', concurrency: 'At one time',
    concurrencyHint: 'devices under way; 0 for no limit',
  },

  // ---- devices that have not come yet
  newDevices: {
    register: 'Register a device',
    registerText: 'A device that is registered is let in when it comes, and its profiles are ready for it.', oui: 'OUI',
    ouiHint: 'six hexadecimal digits', serial_number: 'Serial number',
    product_class: 'Product class', manufacturer: 'Manufacturer', asTold: 'as the device tells it', password: 'Its password',
    passwordHint: 'the one it will come with; without one the enrolment rule decides',
    calls: 'Credentials for connection requests',
    callsText: 'Only if it has some already: otherwise it is given some when it comes.', user: 'User name', call: 'Password',
    registered: '{identity} is registered.',
    import: 'Import devices', importText: 'A list as CSV or JSON: every row or none. Try it first; it says what would happen.',
    file: 'List', dryRun: 'Try it', apply: 'Import ({rows})', imported: 'Imported: {create} new, {update} changed.',
    example: 'oui,serial_number,product_class,password,tags,var:site\n00562B,ATA0003,ATA192,its-password,beta office,bern',
    row: 'Row', subject: 'Device', outcome: 'What happens', why: 'Why', outcomes: { create: 'new', update: 'changes',
    unchanged: 'stays', error: 'refused' },
    report: '{create} new, {update} change, {unchanged} stay as they are.',
    reportBad: 'Refused rows: {error}, so nothing would be imported. Of the others {create} would be new, {update} changed, {unchanged} stay as they are.',
    reportCaption: 'What would happen', further: 'and {rows} rows more',
  },

  // ---- before the first device has come
  connect: {
    title: 'Connect the first device', text: 'Three steps, and it stands here.', url: 'Tell it where its ACS is',
    urlText: 'Set this as its ACS URL (ManagementServer.URL), by hand, by DHCP option 43, or in its provisioning. Host and port are those of cwmp.listen in acs.toml.',
    enrol: 'Let it in', enrolText: 'enrolment.mode in acs.toml says which rule holds.',
    modes: [['pre-registered', 'only devices that were registered here or imported, with their passwords'], ['shared-secret',
    'and every device that knows enrolment.secret; it gets a password of its own at once'], ['open',
    'every device, for a laboratory']],
    register: 'Register a device', import: 'Import a list', wait: 'Wait for its first Inform',
    waitText: 'It comes when it starts, or within its periodic interval. This page shows it by itself. One that is refused stands under Quarantine or in the audit trail.',
    noDevice: 'No device at hand?', noDeviceText: 'The program brings simulated ones along:',
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
