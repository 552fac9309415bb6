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
