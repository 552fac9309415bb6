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
    title: 'Profiles', sub: 'What groups of devices are to have; devices are brought to it and kept there.', make: 'New profile', fresh: 'A new profile: nothing is kept before it is saved.',
    tabs: { all: 'Profiles', conflicts: 'Contradictions', conflictsN: 'Contradictions ({n})' }, contradict: '{n} pairs of profiles contradict each other.', look: 'Look at them',
    none: 'No profile yet', noneText: 'A profile says which values devices are to have: which, by tags or a query, and what, by names and templates.', noneSuch: 'No profile is like this',
    find: 'Find', findHint: 'In names, parameters and values.', name: 'Name', nameHint: 'As a tag: letters, digits, dots, dashes.', taken: 'There is a profile of this name.', goOn: 'Go on',
    for: 'For', says: 'Says', valuesN: '{n} values', valuesOne: '1 value', rowsN: '{n} rows', rowsOne: '1 row', precedence: 'Precedence', revision: 'Revision', revisionN: 'Revision {n}', devices: 'Devices',
    stagedAt: 'revision {n}, stage {at} of {of}', draft: 'draft', inForce: 'revision {n} in force', newer: 'draft {n}', by: 'by {who}', neverPublished: 'never published',
    agreeOf: '{n} of {of} agree', failedN: '{n} failed', nobody: 'for no device', nobodyTitle: 'It is for no device', nobodyText: 'Nothing fulfils its selection, or no revision is in force.',
    stand: { agreed: 'agree', waiting: 'to be compared', waiting_for_window: 'wait for a window', failed: 'not all can be applied' }, standTitle: 'How devices stand',
    standText: 'It is for {n} devices. They agree when all their profiles are on them.', reasons: 'Why it cannot be applied', reason: 'Reason', example: 'For instance',
    tab: { state: 'State', edit: 'Edit', preview: 'Preview', revisions: 'Revisions' }, gone: 'There is no profile “{name}”', goneText: 'It was removed, or the address is mistyped.',
    publishN: 'Publish revision {n}', remove: 'Remove “{name}”?', removeText: 'Devices keep what they have got from it, unless another profile says otherwise. Its revisions can still be read.', removed: 'The profile “{name}” is removed.',
    newerText: 'Revision {n} is written and not published.', draftText: 'Revision {n} is a draft: no device gets anything from it before it is published.', toPreview: 'See what it would change',
    saysInForce: 'What revision {n} says, which is in force', saysDraft: 'What revision {n} says', saysNothing: 'It says nothing.', asServer: 'as the server is set', secret: 'a secret that is not shown', rowOf: 'A row of {path}',
    parameter: 'Parameter', comment: 'Comment', noComment: 'no comment', who: 'By', at: 'When', actions: 'Actions', diff: 'What changed', rollBack: 'Roll back to it', editFrom: 'Edit from it', forAll: 'in force', staged: 'staged',
    compare: 'Compare two revisions', compareFrom: 'From', compareTo: 'To', what: 'What', notThere: 'not there', same: 'The two say the same.', suggestions: 'Suggestions for {what}',
    conflicts: {
      title: 'Contradictions', none: 'No profiles contradict each other', noneText: 'Of two profiles of one precedence that want different values on a device, the one whose name comes first wins; such pairs stand here.',
      text: 'Profiles of one precedence that want different values on a device. Give one of them a higher precedence, or take the parameter out of it.', against: 'against', caption: '{winner} against {loser}', holds: '{name} holds', lost: '{name} is overridden', on: 'For instance on',
    },
    preview: {
      text: 'Nothing is changed and no device is asked: it is compared with what was last seen, as if the revision were in force for everybody.', one: 'On one device', all: 'On all its devices', device: 'Device', look: 'See what it would change',
      applies: 'is one of its devices.', appliesNot: 'is none of its devices.', waits: 'It would wait until {time}.', problems: 'None of it can be applied', changes: 'Changes', from: 'Is', to: 'Would be', unseen: 'never seen', blank: '(empty)',
      creates: 'Rows that would be made', deletes: 'Rows that would be removed', notSeen: 'Nobody has seen these; the device would be asked first', refused: 'The device has refused these before', conflicts: 'Contradictions', conflict: '{winner} says {value}, {loser} says {lost}', nothing: 'Nothing would change.',
    },
    counts: {
      count: 'Count on all its devices', counting: 'Counting what would change…', of: 'It is for {n} devices.', notAll: 'Only {n} were looked at; the others may differ.', change: 'would change', unchanged: 'stay as they are', notSeen: 'asked first', error: 'in error',
      parameters: 'Parameters that would change', changesOn: 'Devices', examples: 'For instance', errors: 'What keeps it from being applied',
    },
    publish: {
      short: 'Publish', title: 'Publish revision {n} of “{name}”?', back: 'Roll “{name}” back to revision {n}?', replaces: 'It replaces revision {n}.', endsStage: 'Revision {n} is being rolled out by stages; this ends that.', yes: 'Publish', yesN: 'Publish: {n} devices change', yesStage: 'Begin with the first stage',
      did: 'Revision {n} is in force. Devices get it in their next session.', didStage: 'Revision {n} is in force for the first stage.', whom: 'For whom', everybody: 'For everybody at once', everybodyText: 'Devices that change are called.', stages: 'Stage by stage', stagesText: 'The others keep what they have until you take it further.',
      stage: 'Stage {n}', percent: 'a share of the devices', tag: 'devices with a tag', tagName: 'Tag', percentOf: 'Of a hundred', removeStage: 'Remove stage {n}', addStage: 'Add a stage',
    },
    stage: {
      title: 'Revision {n}, stage by stage', tag: 'Devices with the tag {tag}', percent: '{n} % of the devices', all: 'Everybody', has: 'has it', later: 'later', rest: 'All others have revision {n}.', restNothing: 'All others have nothing of it yet.', next: 'Next stage', forAll: 'Publish for everybody', abort: 'Take it back',
      askNext: 'Revision {n} goes to: {stage}. What it would change on all devices:', askAll: 'Revision {n} is published for everybody.', askAbort: 'The devices of the stages get revision {n} again.', askAbortNothing: 'No device gets anything from this profile any more; what they have stays.', went: 'The revision has gone one stage further.', taken: 'The staged revision is taken back.',
    },
    form: {
      whom: 'Which devices', whomText: 'All conditions must hold; none means every device.', values: 'Values', value: 'Value', example: 'Example device', namesFrom: 'Names are completed from {device} and other profiles: {n} are known. “~.” stands for the root of the device.', namesFromProfiles: 'Names are completed from other profiles. “~.” stands for the root of the device.',
      inProfile: 'in {name}', filter: 'Find among the values', nameN: 'Name {n}', valueN: 'Value {n}', removeN: 'Remove {name}', addValue: 'Add a value', twice: 'This name stands here twice.', seen: 'On the example device: {value}', hidden: 'not shown', hiddenHint: 'A secret: type it again, or use a variable such as {{line1.password}}.', fetch: 'Fetch it (is noted)',
      variables: 'Variables in the templates', noVariables: 'None. A value may hold {{name}}, which stands for a variable of the device, its account or its groups.', builtIn: 'every device has it', lacks: '{device} itself has none', variablesText: 'Always there: {names}.',
      rows: 'Rows of tables', rowsText: 'A row is known by its key: it is made where it is missing, and changed where it is there.', rowN: 'Row {n}', table: 'Table', key: 'Known by', addKey: 'Add to the key', rowValues: 'Further values', addRowValue: 'Add a value', exclusive: 'No other rows', exclusiveHint: 'Rows of this table that no profile wants are removed.', removeRow: 'Remove this row', addRow: 'Add a row',
      when: 'When, and how strongly', windows: 'Maintenance windows', windowsHint: 'When its changes may be applied, in the time of each device. Nothing: as the server is set.', haste: 'Haste', hasteHint: 'Urgent changes wait for no window.', usual: 'usual', urgent: 'urgent', precedence: 'Precedence', precedenceHint: 'The higher one wins where two profiles name one parameter.',
    },
    editor: {
      from: 'You edit what revision {n} says; saving makes a new revision, and no device gets it before it is published.', fresh: 'Saving makes revision 1, and no device gets it before it is published.', unsaved: 'This profile is changed and not saved yet. Leave it all the same?', as: 'Edit as', form: 'Form', json: 'JSON',
      jsonLabel: 'The profile as the API takes it', jsonHint: 'selector, precedence, values, objects, windows, haste: see docs/API.md, Profiles.', noJson: 'this is no JSON', noObject: 'it must be an object in braces', hidden: 'Secrets that are not shown: {n}.', hiddenText: 'They must be there to save: type them again, or better, put a variable there.', fetchAll: 'Fetch all of them (each is noted in the audit trail)',
      look: 'Look before you save', lookText: 'What is written above, against what devices were last seen with.', comment: 'Comment', commentHint: 'What this revision is for; stands among the revisions.', publish: 'Save and go on to publish', save: 'Save as a draft', saved: 'Revision {n} is saved; it is not in force yet.',
    },
  },

  // ---- campaigns
  campaigns: {
    title: 'Campaigns', sub: 'Firmware to many devices, stage by stage, with an eye on calls and lines.', make: 'New campaign',
    tabs: { all: 'Campaigns', freezes: 'Freeze calendar' },
    none: 'No campaign yet', noneText: 'A campaign brings an image of the library to devices you choose: first to a few, then to all.', toFiles: 'Images and files',
    noneSuch: 'No campaign is like this', find: 'Find', anyState: 'Any ({n})', name: 'Name', version: 'Version', state: 'State', devices: 'Devices',
    stageTitle: 'Stage', stageOf: '{n} of {of}', when: 'Last change', back: 'takes back', before: 'each its own', progress: '{done} of {of} done', failedN: '{n} failed',
    noDevices: 'none yet', states: { running: 'running', paused: 'paused', draft: 'draft', done: 'done', aborted: 'aborted' },
    steps: { done: 'done', verifying: 'to be verified', upgrading: 'upgrading', failed: 'failed', pending: 'still to come', skipped: 'has it already', excluded: 'takes no part' },
    brings: 'brings devices to {version}', takesBack: 'brings devices back to what they ran before',
    pausedItself: 'It has paused by itself:', pausedFix: 'Look at the failures below. Resuming forgives the failures so far and goes on.',
    draftText: 'This is a draft: nothing happens before it is started, and its devices are chosen then.',
    actions: { start: 'Start', edit: 'Edit', pause: 'Pause', resume: 'Resume', abort: 'Abort', rollback: 'Roll back', again: 'One like this' },
    did: { pause: 'The campaign is paused.', resume: 'The campaign goes on.', abort: 'The campaign is given up.' },
    ask: {
      pause: 'Pause this campaign?', pauseText: 'No further device begins; {n} wait. The {under} under way go on to their end.',
      resume: 'Let it go on?', resumeText: '{n} devices are still to come.', resumeForgives: 'The failures so far are forgiven, and {n} devices are still to come.',
      abort: 'Give this campaign up?', abortText: 'It cannot be resumed. Downloads that have not begun are withdrawn; {under} devices are under way, and {n} never get the image by it.',
      abortDraft: 'The draft “{name}” is given up and can no longer be started.',
    },
    tiles: { done: 'done', under: 'under way', pending: 'still to come', failed: 'failed', median: 'a device, typically; at most {longest}' },
    nobody: 'It is for no device', nobodyText: 'Nothing fulfilled its selection when it began.',
    failures: 'Failures by reason', noFailures: 'No device has failed.', excluded: 'Devices that take no part', reason: 'Reason', device: 'Device',
    from: 'Ran before', updated: 'Last change', show: 'Show', showAll: 'All ({n})', noneThere: 'No device stands so', moved: 'Devices have moved on: show them as they are',
    timeline: {
      title: 'A device', from: 'It ran {version} before, and is in stage {stage}.', hops: 'It has got {n} images on its way.', after: 'after {time}',
      nothing: 'Nothing has happened yet', nothingText: 'The device waits for its turn.', device: 'To the device', task: 'Its task',
    },
    stage: {
      title: 'Stages', count: 'The first {n} devices', countMore: 'Up to {n} devices', percent: 'Up to {n} % of all', rest: 'All others', everybody: 'Everybody',
      over: 'over', open: 'open', later: 'still closed', ended: 'given up', nobody: 'No device is in it.',
    },
    facts: {
      title: 'What it was told', image: 'Image', target: 'Brings them to', devices: 'For', scope: 'Restricted to the tags', concurrency: 'Devices at one time', atOnce: '{n} at one time',
      bandwidth: 'Bandwidth', perSecond: '{n} a second', noLimit: 'no limit', success: 'Next stage opens at', percentDone: '{n} % done', stops: 'Pauses by itself',
      atFailures: 'at {n} failures', atPercent: 'at {n} % of the stage', atRecent: 'at {n} failures of the last {of}', neverStops: 'only if a stage falls short',
      windows: 'Windows', anyTime: 'at any time', zone: 'Time zone, if a device says none', idle: 'Calls', idleFail: 'waits {n} minutes for a silent line, then fails',
      idleUpgrade: 'waits {n} minutes for a silent line, then upgrades', notAsked: 'not asked for', voice: 'Lines', voiceMinutes: 'registered again after {n} minutes',
      overdue: 'Devices that do not come', overdueHours: 'left out after {n} hours', overdueAll: 'take part', downgrade: 'Newer versions', downgradeYes: 'go back',
      downgradeNo: 'are left alone', takesBack: 'Takes back', other: 'another campaign', created: 'Made', started: 'Started', ended: 'Ended',
    },
    selector: {
      all: 'all devices', any: 'any', devices: '{n} devices', one: '1 device', takeAway: 'Take {what} away', counting: 'Counting…', look: 'Look at them',
      findsNone: 'Nothing fulfils all of this at this moment.', product_class: 'Product class', tags: 'Tags', software_version: 'Firmware version', serial_number: 'Serial numbers',
      hints: { product_class: 'One of these.', tags: 'All of these.', software_version: 'One of these.', serial_number: 'One of these; nothing for any.' },
      query: 'Query', queryHint: 'Anything a query can ask for, besides the lists above.',
    },
    windows: { hint: 'Days and times a change may begin, in the time of each device. Nothing: at any time.', none: 'at any time', add: 'Add a window', from: 'From', until: 'Until', addThis: 'Add {what}' },
    changed: {
      title: 'Somebody has changed this meanwhile', text: 'What you have typed is still here. Write it over the change, or load what stands there, which forgets what you have typed.',
      mine: 'Write mine over it', theirs: 'Load what stands there',
    },
    freezes: {
      title: 'Freeze calendar', text: 'On these days no campaign begins to upgrade a device, by the device’s own calendar, the first and the last day included.',
      none: 'No day is frozen', noneText: 'Holidays and the days of a cutover belong here.', from: 'From', until: 'Until', reason: 'Reason', add: 'Add', active: 'today', over: 'over',
      removeOne: 'Remove the freeze from {from}', save: 'Save the calendar', discard: 'Discard', saved: 'The freeze calendar is saved.', unsaved: 'The calendar is changed and not saved yet.',
    },
    start: {
      title: 'Start “{name}”?', yes: 'Start', looking: 'Looking at what it would do…', started: 'The campaign has begun.', text: '{n} devices are to get {version}, beginning at once.', textWindows: '{n} devices are to get {version}, each when one of its windows is open.',
      textPlain: 'Devices begin at once.', confirm: 'Number of devices', confirmHint: 'Must be typed if there are many; the refusal says it.',
    },
    rollback: {
      title: 'Take “{name}” back?', name: 'back from {name}', text: 'A new campaign brings the {n} devices that are done, and others that run {version} by it, back to what each ran before, if the library has that image.',
      text2: 'It has no stages and no windows, and keeps the care for calls and lines.', stillRuns: 'This campaign still goes on: abort it first, or it upgrades further devices.',
      atOnce: 'Start it at once, without looking at it first', yesDraft: 'Make a draft', yesStart: 'Start it', started: 'The campaign back has begun.', drafted: 'The campaign back is a draft: look at it, and start it.',
    },
    estimate: {
      upgraded: 'would be upgraded', already: 'have it already', excluded: 'take no part', nobody: 'The selection finds no device.', downloads: 'Downloads', downloadsOf: '{n}, {bytes} in all',
      work: 'Work', ends: 'Would be done', neverEnds: 'in more than two years', paths: 'Ways', why: 'Why some take no part',
    },
    wizard: {
      title: 'New campaign', editTitle: 'Edit “{name}”', sub: 'Nothing happens before the last step.', steps: 'Steps', next: 'Next', back: 'Back', save: 'Save as a draft', savedDraft: 'The draft is saved.',
      step: { image: 'Image', devices: 'Devices', stages: 'Stages', care: 'Times and care', review: 'Review and start' }, unsaved: 'This campaign is not saved yet. Leave it all the same?',
      nameOf: 'to {version}', noImage: 'Choose an image first.', noVersion: 'This image has no version, which a campaign needs: upload it again with one.', toImage: 'To the images',
      image: 'The image it brings', noVersionShort: 'no version', anyProduct: 'any product', needs: 'needs {version}', noImages: 'The library has no image yet', noImagesText: 'Upload one here; it is chosen then.',
      devicesText: 'All conditions must hold. The devices are chosen when the campaign starts.', classOfFile: 'Nothing: {what}, the one of the image.',
      overdue: 'Leave out devices that have not come for so many hours', overdueHint: 'Nothing: as the server is set. 0: all take part.', downgrade: 'Devices with a newer version go back', downgradeHint: 'Otherwise they are left alone.',
      stagesText: 'A stage opens when the one before has gone well. Numbers count from the first device; the same devices go first each time.',
      plans: { canary: 'Canaries, a tenth, all', careful: 'Very careful', once: 'All at once' }, stageSize: 'Stage {n} goes up to', unit: 'Of', units: { count: 'devices', percent: '% of all' },
      removeStage: 'Remove stage {n}', addStage: 'Add a stage', allAtOnce: 'No stages: every device may begin at once, as many at one time as said below.',
      success: 'Next stage opens at % done', successHint: 'If a stage ends with less, the campaign pauses.', concurrencyHint: 'Under way at one time.',
      bandwidth: 'Bandwidth of all downloads, kB a second', bandwidthHint: 'Over HTTP, shared by those under way.',
      when: 'When', zone: 'Time zone of devices that say none', zoneHint: 'As POSIX writes it.', stop: 'When to stop', stopText: 'The campaign pauses by itself and says why; whoever resumes it forgives the failures so far.',
      failures: 'Failed devices in all', failuresHint: 'It pauses at so many.', errors: 'Failed devices of a stage, in %', errorsHint: 'Of the stage that is open.', neverShort: 'never',
      recent: 'Too many of the last ones', recentFailures: 'Failures', recentOf: 'Of the last', voiceTitle: 'Calls and lines', idle: 'Wait until nobody is on the phone',
      idleHint: 'The lines are asked right before the download.', idleMinutes: 'For at most so many minutes', idleThen: 'Then', idleFail: 'the device fails', idleUpgrade: 'upgrade all the same',
      voice: 'Lines must register again', voiceHint: 'A device is done only when the lines it had are registered again.', voiceMinutes: 'Within so many minutes',
      begin: 'Start: upgrade {n} devices', again: 'Estimate again', firstStage: 'The first stage is {n} devices.', inWindows: 'Only in the windows {windows}.',
    },
  },

  // ---- files
  files: {
    title: 'Images and files', sub: 'What devices can be given: firmware, configuration, tones.', upload: 'Upload a file', none: 'The library is empty',
    noneText: 'Upload a firmware image here; a campaign then brings it to devices.', noneSuch: 'No file is like this', find: 'Find', type: 'Type', images: 'Images', others: 'Other files',
    name: 'Name', version: 'Version', versionHint: 'What a device reports when it runs this. Taken from a firmware container if nothing is said.', product: 'Product class',
    productHint: 'Nothing for any.', any: 'any', minimum: 'Least version it goes onto', minimumHint: 'Devices below it get other images first.', sha256: 'SHA-256',
    sha256Hint: 'What its maker says it is. A vendor’s own image needs it.', unverified: 'Take it although nothing vouches for it', unverifiedHint: 'Devices may refuse it, or take what nobody has checked.',
    verification: 'Verification', verified: { signed: 'signed', container: 'container', stated: 'hash stated', unverified: 'unverified' },
    means: {
      signed: 'Its container is whole and signed with a key this server trusts.', container: 'Its container is whole; this server has no keys to check the signature with.',
      stated: 'Its bytes have the hash that was stated with them.', unverified: 'Nothing vouches for it.',
    },
    size: 'Size', used: 'Used by', created: 'Taken in', running: 'Devices that run it', runningN: 'on {n} devices', id: 'Id', campaigns: 'Campaigns with it', noCampaigns: 'No campaign has brought it to devices.',
    campaign: 'New campaign with it', removeTitle: 'Remove “{name}”?', removeText: 'The file is gone for good; devices that run it go on as they are.', removed: '“{name}” is removed.',
    removeBusy: 'It is needed by {names}: the server refuses until that has ended.', removeFree: 'No open campaign needs it.',
    choose: 'Choose a file', drop: 'or drop it here', send: 'Upload', sending: 'Sent', sent: '{n} % sent', checking: 'Sent; the server looks at it…', taken: '“{name}” is in the library.',
  },

  // ---- bulk operations
  operations: {
    title: 'Bulk operations', sub: 'One thing done with many devices: looked at first, agreed to, followed to its end.', toDevices: 'Choose devices', none: 'No bulk operation yet',
    noneText: 'Choose devices in the table, by hand or by a query, and say what is done with all of them.', name: 'What', state: 'State', devices: 'Devices', by: 'By', begun: 'Begun', ended: 'Ended',
    states: { running: 'running', paused: 'paused', cancelled: 'cancelled', done: 'done' }, progress: '{done} of {of} done', badN: '{n} came to nothing',
    steps: { done: 'done', queued: 'queued or under way', pending: 'still to come', failed: 'failed', expired: 'did not come in time', cancelled: 'withdrawn', skipped: 'left alone' },
    actions: {
      reboot: 'Restart', factory_reset: 'Factory reset', refresh: 'Read parameters', discover: 'Learn the device', get_parameter_values: 'Read parameters', set_parameter_values: 'Write parameters',
      add_tags: 'Add tags', remove_tags: 'Remove tags', connection_request: 'Call', cancel_tasks: 'Withdraw tasks', download: 'Give a file', upload: 'Fetch a file', add_object: 'Add a row', delete_object: 'Delete a row',
    },
    how: 'How far it is', reasons: 'Came to nothing, by reason', why: 'Reason', device: 'Device', task: 'Task', look: 'look at it', updated: 'Last change', show: 'Show', showAll: 'All ({n})', noneThere: 'No device stands so',
    moved: 'Devices have moved on: show them as they are', told: 'What it was told', does: 'Does', for: 'For', named: 'devices named one by one', all: 'all devices', atOnce: 'At one time', noLimit: 'no limit', expires: 'A device may take', exactly: 'Exactly',
    pausedItself: 'It has paused by itself:', pause: 'Pause', resume: 'Resume', cancel: 'Cancel it',
    did: { pause: 'The operation is paused.', resume: 'The operation goes on.', cancel: 'The operation is given up.' }, ask: { pause: 'Pause this operation?', resume: 'Let it go on?', cancel: 'Give this operation up?' },
    askText: { pause: 'No further device has its turn; {pending} wait. The {queued} that are queued or under way go on.', resume: '{pending} devices are still to come.', cancel: 'Tasks that have not begun are withdrawn, {queued} are queued or under way, and {pending} devices never have their turn. It cannot be resumed.' },
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
