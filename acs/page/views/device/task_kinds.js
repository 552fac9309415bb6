// What the form of each kind of task asks for. A kind with `json` is typed as the API takes it.
// A field: [name, what it is, more]; what it is: text, number, check, lines, values, file, device_file, windows, attributes, json.
export const KINDS = {
  refresh: [['path', 'text', { start: '' }], ['older_than_secs', 'number']],
  get_parameter_values: [['names', 'lines', { required: true }]],
  set_parameter_values: [['values', 'values', { required: true }]],
  reboot: [],
  download: [['file', 'file', { required: true }], ['target_file_name', 'text']],
  schedule_download: [['file', 'file', { required: true }], ['target_file_name', 'text'], ['windows', 'windows', { required: true }]],
  download_profile: [],
  backup_configuration: [['instance', 'number']],
  restore_configuration: [['file', 'device_file', { required: true }]],
  fetch_log: [['instance', 'number']],
  upload: [['file_type', 'text', { required: true, start: '1 Vendor Configuration File' }]],
  add_object: [['object', 'text', { required: true }], ['values', 'values']],
  delete_object: [['object', 'text', { required: true }]],
  get_parameter_names: [['path', 'text', { start: 'Device.' }], ['next_level', 'check']],
  get_parameter_attributes: [['names', 'lines', { required: true }]],
  set_parameter_attributes: [['attributes', 'json', { required: true, start: [{ name: 'Device.DeviceInfo.SoftwareVersion', notification: 2 }] }]],
  discover: [],
  get_rpc_methods: [],
  schedule_inform: [['delay_secs', 'number', { required: true, start: 60 }]],
  get_queued_transfers: [],
  get_all_queued_transfers: [],
  cancel_transfer: [['task', 'text', { required: true }]],
  change_du_state: [['operations', 'json', { required: true, start: [{ operation: 'install', url: 'https://…' }] }]],
  get_options: [['option', 'text', { start: '' }]],
  set_vouchers: [['vouchers', 'lines', { required: true }]],
  factory_reset: [],
};

// What is sent without being asked for: fields that must be there even if they are empty.
export const ALWAYS = { refresh: ['path'], get_parameter_names: ['path'], get_options: ['option'] };
