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
      noNumber: 'is no number', outOfType: 'is no {type}: {min} to {max}', outOfRange: 'does not lie in {ranges}', noBoolean: 'is neither 1 nor 0', noTime: 'is no time such as 2026-05-01T12:00:00Z',
      noHex: 'is not hexadecimal', noBase64: 'is not base64', isList: 'a list with commas; of each item:', isForm: '{form}', isWithin: 'a number: {ranges}', isOr: 'or {words}',
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
