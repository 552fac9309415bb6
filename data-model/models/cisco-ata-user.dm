# The User 1 and User 2 tabs of the Cisco ATA 191/192: what the subscriber may change.
# The format is described in README.md.

[X_CISCO_ATA.User.{i}.] ro init=2 max=2 xml=*_{1}_ text=yes-no ua=rw
  -- Call Forward Settings --
  # A number or a URL.
  Cfwd_All_Dest                  rw phone?(39)
  Cfwd_Busy_Dest                 rw phone?(39)
  Cfwd_No_Ans_Dest               rw phone?(39)
  Cfwd_No_Ans_Delay              rw unsignedInt            = 20

  -- Selective Call Forward Settings --
  Cfwd_Sel1_Caller               rw phone-pattern?(39)
  Cfwd_Sel1_Dest                 rw phone?(39)
  Cfwd_Sel2_Caller               rw phone-pattern?(39)
  Cfwd_Sel2_Dest                 rw phone?(39)
  Cfwd_Sel3_Caller               rw phone-pattern?(39)
  Cfwd_Sel3_Dest                 rw phone?(39)
  Cfwd_Sel4_Caller               rw phone-pattern?(39)
  Cfwd_Sel4_Dest                 rw phone?(39)
  Cfwd_Sel5_Caller               rw phone-pattern?(39)
  Cfwd_Sel5_Dest                 rw phone?(39)
  Cfwd_Sel6_Caller               rw phone-pattern?(39)
  Cfwd_Sel6_Dest                 rw phone?(39)
  Cfwd_Sel7_Caller               rw phone-pattern?(39)
  Cfwd_Sel7_Dest                 rw phone?(39)
  Cfwd_Sel8_Caller               rw phone-pattern?(39)
  Cfwd_Sel8_Dest                 rw phone?(39)
  # The last caller, as the star code caught it.
  Cfwd_Last_Caller               rw phone?(39)
  Cfwd_Last_Dest                 rw phone?(39)
  Block_Last_Caller              rw phone?(39)
  Accept_Last_Caller             rw phone?(39)

  -- Speed Dial Settings --
  Speed_Dial_2                   rw phone?(39)
  Speed_Dial_3                   rw phone?(39)
  Speed_Dial_4                   rw phone?(39)
  Speed_Dial_5                   rw phone?(39)
  Speed_Dial_6                   rw phone?(39)
  Speed_Dial_7                   rw phone?(39)
  Speed_Dial_8                   rw phone?(39)
  Speed_Dial_9                   rw phone?(39)

  -- Supplementary Service Settings --
  CW_Setting                     rw boolean                = 1
  Block_CID_Setting              rw boolean                = 0
  Block_ANC_Setting              rw boolean                = 0
  DND_Setting                    rw boolean                = 0
  CID_Setting                    rw boolean                = 1
  CWCID_Setting                  rw boolean                = 1
  Dist_Ring_Setting              rw boolean                = 1
  Secure_Call_Setting            rw boolean                ua=na = 0
  # Survives a restart; drives stutter tone and message lamp.
  Message_Waiting                rw boolean                = 0
  Accept_Media_Loopback_Request  rw enum(never|automatic|manual) ua=na = automatic
  Media_Loopback_Mode            rw enum(source|mirror)    ua=na = source
  Media_Loopback_Type            rw enum(media|packet)     ua=na = media
  CONFCID_Setting                rw boolean                = 1

  -- Distinctive Ring Settings --
  Ring1_Caller                   rw phone-pattern?(39)
  Ring2_Caller                   rw phone-pattern?(39)
  Ring3_Caller                   rw phone-pattern?(39)
  Ring4_Caller                   rw phone-pattern?(39)
  Ring5_Caller                   rw phone-pattern?(39)
  Ring6_Caller                   rw phone-pattern?(39)
  Ring7_Caller                   rw phone-pattern?(39)
  Ring8_Caller                   rw phone-pattern?(39)

  -- Ring Settings --
  Default_Ring                   rw unsignedInt[1:8]       = 1
  Default_CWT                    rw unsignedInt[1:8]       = 1
  # That None is a value is likely but not certain.
  Hold_Reminder_Ring             rw unsignedInt[1:8]|None  = 8
  Call_Back_Ring                 rw unsignedInt[1:8]|None  = 7
  # Seconds with decimals.
  Cfwd_Ring_Splash_Len           rw decimal[0:10]          = 0
  Cblk_Ring_Splash_Len           rw decimal[0:10]          = 0
  VMWI_Ring_Policy               rw enum("New VM Available"|"New VM Becomes Available"|"New VM Arrives") ua=na = New VM Available
  VMWI_Ring_Splash_Len           rw decimal[0:10]          = 0
  Ring_On_No_New_VM              rw boolean                ua=na = 0
