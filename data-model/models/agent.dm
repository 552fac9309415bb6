# How the agent itself does, since it was started: not part of any standard.
# The format is described in README.md.

[X_DIALTONE_Agent.]
  Version                          ro string(32)            = @agent_version
  SessionsSucceeded                ro unsignedInt           deny-active = @agent_sessions_succeeded
  SessionsFailed                   ro unsignedInt           deny-active = @agent_sessions_failed
  # When a session with the ACS has last ended well.
  LastSession                      ro dateTime              deny-active = @agent_last_session
  # Why the last session that failed did; empty if none has.
  LastFailure                      ro string(256)           deny-active = @agent_last_failure
  # Kilobytes the program holds in memory; 0 where nobody measures it.
  ResidentMemory                   ro unsignedInt           deny-active = @agent_resident_memory
