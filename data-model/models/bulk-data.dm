# Bulk data: reports of parameter values that the device sends to a collector by itself (TR-181 BulkData, TR-069 Annex N).
# Reports travel over HTTP only, so what belongs to IPDR streams and files is left out; so is PersistAcrossReboot, which
# this issue of the standard lacks: reports that failed are forgotten with a restart.
# The format is described in README.md.

[BulkData.]
  Enable                           rw boolean
  Status                           ro enum(Enabled|Disabled|Error) view=BulkData.Enable as=map(Enabled=1|Disabled=0)
  MinReportingInterval             ro unsignedInt           = 5
  Protocols                        ro list(enum(HTTP))      = HTTP
  EncodingTypes                    ro list(enum(CSV|JSON))  = CSV,JSON
  MaxNumberOfProfiles              ro int[-1:]              = 4
  MaxNumberOfParameterReferences   ro int[-1:]              = 2048
  ProfileNumberOfEntries           ro unsignedInt           = @entries
  ParameterWildCardSupported       ro boolean               = 1

[BulkData.Profile.{i}.] rw max=4 count=ProfileNumberOfEntries
  Enable                           rw boolean
  # AddObject gives it a value of its own.
  Alias                            rw alias?(64)
  Name                             rw string(255)
  NumberOfRetainedFailedReports    rw int[-1:]              = 0
  Protocol                         rw enum(HTTP)            = HTTP
  EncodingType                     rw enum(CSV|JSON)        = JSON
  # Less than MinReportingInterval is refused.
  ReportingInterval                rw unsignedInt[5:]       = 86400
  TimeReference                    rw dateTime
  ParameterNumberOfEntries         ro unsignedInt           = @entries

[BulkData.Profile.{i}.Parameter.{i}.] rw max=64 count=ParameterNumberOfEntries
  Name                             rw string(64)
  # An instance number in it may be `*`.
  Reference                        rw path?(256)

# Characters that do not travel well may be written as references: `&#13;&#10;` ends rows with a line break as in RFC 4180.
[BulkData.Profile.{i}.CSVEncoding.]
  FieldSeparator                   rw string(16)            = ,
  RowSeparator                     rw string(16)            = &#13;&#10;
  EscapeCharacter                  rw string(16)            = "
  ReportFormat                     rw enum(ParameterPerRow|ParameterPerColumn) = ParameterPerColumn
  RowTimestamp                     rw enum(Unix-Epoch|ISO-8601|None) = Unix-Epoch

[BulkData.Profile.{i}.JSONEncoding.]
  ReportFormat                     rw enum(ObjectHierarchy|NameValuePair) = ObjectHierarchy
  ReportTimestamp                  rw enum(Unix-Epoch|ISO-8601|None) = Unix-Epoch

[BulkData.Profile.{i}.HTTP.]
  URL                              rw string(1024)
  Username                         rw string(256)
  Password                         rw string(256)           secret
  CompressionsSupported            ro list(enum(GZIP))      = GZIP
  Compression                      rw enum(None|GZIP)       = None
  MethodsSupported                 ro list(enum(POST|PUT))  = POST,PUT
  Method                           rw enum(POST|PUT)        = POST
  UseDateHeader                    rw boolean               = 1
  RetryEnable                      rw boolean
  RetryMinimumWaitInterval         rw unsignedInt[1:65535]  = 5
  RetryIntervalMultiplier          rw unsignedInt[1000:65535] = 2000
  RequestURIParameterNumberOfEntries   ro unsignedInt       = @entries

[BulkData.Profile.{i}.HTTP.RequestURIParameter.{i}.] rw max=16 count=RequestURIParameterNumberOfEntries
  Name                             rw string(64)
  Reference                        rw path?(256)
