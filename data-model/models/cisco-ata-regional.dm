# The Regional tab of the Cisco ATA 191/192: tones, cadences, timers, star codes, port electrics.
# The format is described in README.md.

[X_CISCO_ATA.Regional.] xml=* text=yes-no
  -- Call Progress Tones --
  # Levels as every dump prints them; the guide's text has louder ones.
  Dial_Tone                          rw tone?                  = 350@-19,440@-19;10(*/0/1+2)
  Second_Dial_Tone                   rw tone?                  = 420@-19,520@-19;10(*/0/1+2)
  Outside_Dial_Tone                  rw tone?                  = 420@-16;10(*/0/1)
  Prompt_Tone                        rw tone?                  = 520@-19,620@-19;10(*/0/1+2)
  Busy_Tone                          rw tone?                  = 480@-19,620@-19;10(.5/.5/1+2)
  Reorder_Tone                       rw tone?                  = 480@-19,620@-19;10(.25/.25/1+2)
  Off_Hook_Warning_Tone              rw tone?                  = 480@-10,620@0;10(.125/.125/1+2)
  Ring_Back_Tone                     rw tone?                  = 440@-19,480@-19;*(2/4/1+2)
  Ring_Back_2_Tone                   rw tone?                  = 440@-19,480@-19;*(1/1/1+2)
  Confirm_Tone                       rw tone?                  = 600@-16;1(.25/.25/1)
  SIT1_Tone                          rw tone?                  = 985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)
  SIT2_Tone                          rw tone?                  = 914@-16,1371@-16,1777@-16;20(.274/0/1,.274/0/2,.380/0/3,0/4/0)
  SIT3_Tone                          rw tone?                  = 914@-16,1371@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)
  SIT4_Tone                          rw tone?                  = 985@-16,1371@-16,1777@-16;20(.380/0/1,.274/0/2,.380/0/3,0/4/0)
  MWI_Dial_Tone                      rw tone?                  = 350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)
  Cfwd_Dial_Tone                     rw tone?                  = 350@-19,440@-19;2(.2/.2/1+2);10(*/0/1+2)
  Holding_Tone                       rw tone?                  = 600@-19;*(.1/.1/1,.1/.1/1,.1/9.5/1)
  Conference_Tone                    rw tone?                  = 350@-19;20(.1/.1/1,.1/9.7/1)
  Secure_Call_Indication_Tone        rw tone?                  = 397@-19,507@-19;15(0/2/0,.2/.1/1,.1/2.1/2)
  Feature_Invocation_Tone            rw tone?                  = 350@-16;*(.1/.1/1)
  Call_Remind_Tone                   rw tone?

  -- Distinctive Ring Patterns --
  Ring1_Cadence                      rw cadence?(127)          = 60(2/4)
  Ring2_Cadence                      rw cadence?(127)          = 60(.8/.4,.8/4)
  Ring3_Cadence                      rw cadence?(127)          = 60(.4/.2,.4/.2,.8/4)
  Ring4_Cadence                      rw cadence?(127)          = 60(.3/.2,1/.2,.3/4)
  Ring5_Cadence                      rw cadence?(127)          = 1(.5/.5)
  Ring6_Cadence                      rw cadence?(127)          = 60(.2/.4,.2/.4,.2/4)
  Ring7_Cadence                      rw cadence?(127)          = 60(.4/.2,.4/.2,.4/4)
  Ring8_Cadence                      rw cadence?(127)          = 60(0.25/9.75)

  -- Distinctive Call Waiting Tone Patterns --
  # Dumps agree on this value; the guide's text differs.
  CWT1_Cadence                       rw cadence?(127)          = *(.3/9.7)
  CWT2_Cadence                       rw cadence?(127)          = 30(.1/.1, .1/9.7)
  CWT3_Cadence                       rw cadence?(127)          = 30(.1/.1, .1/.1, .1/9.7)
  CWT4_Cadence                       rw cadence?(127)          = 30(.1/.1,.3/.1,.1/9.3)
  CWT5_Cadence                       rw cadence?(127)          = 1(.5/.5)
  # Dumps agree on this value; the guide's text differs.
  CWT6_Cadence                       rw cadence?(127)          = 30(.1/.1,.3/.2,.3/9.1)
  CWT7_Cadence                       rw cadence?(127)          = 30(.3/.1,.3/.1,.1/9.1)
  CWT8_Cadence                       rw cadence?(127)          = 2.3(.3/2)

  -- CWT Pattern Names --
  Ring1_Name                         rw string                 = Bellcore-r1
  Ring2_Name                         rw string                 = Bellcore-r2
  Ring3_Name                         rw string                 = Bellcore-r3
  Ring4_Name                         rw string                 = Bellcore-r4
  Ring5_Name                         rw string                 = Bellcore-r5
  Ring6_Name                         rw string                 = Bellcore-r6
  Ring7_Name                         rw string                 = Bellcore-r7
  Ring8_Name                         rw string                 = Bellcore-r8

  -- Ring and Call Waiting Tone Spec --
  # Dumps print Trapezoid; the guide's text says Sinusoid.
  Ring_Waveform                      rw enum(Trapezoid|Sinusoid) = Trapezoid
  # Hz; the wider of the two ranges in print.
  Ring_Frequency                     rw unsignedInt[10:100]    = 20
  # Volt; the wider of the two ranges in print.
  Ring_Voltage                       rw unsignedInt[30:90]     = 85
  CWT_Frequency                      rw frequencies(127)       = 440@-10
  Synchronized_Ring                  rw boolean                = 0

  -- Control Timer Values (sec) --
  Hook_Flash_Timer_Min               rw decimal[0.1:0.4]       = .1
  Hook_Flash_Timer_Max               rw decimal[0.4:1.6]       = .9
  Callee_On_Hook_Delay               rw unsignedInt[0:255]     = 0
  # Seconds; inf never plays the tone.
  Reorder_Delay                      rw unsignedInt[0:255]|inf = 5
  Call_Back_Expires                  rw unsignedInt[0:65535]   = 1800
  Call_Back_Retry_Intvl              rw unsignedInt[0:255]     = 30
  Call_Back_Delay                    rw decimal[0:65]          = .5
  VMWI_Refresh_Intvl                 rw unsignedInt[0:65535]   = 0
  Interdigit_Long_Timer              rw unsignedInt[0:64]      = 10
  Interdigit_Short_Timer             rw unsignedInt[0:64]      = 3
  CPC_Delay                          rw unsignedInt[0:255]     = 2
  # Seconds; 0 switches the polarity signal off.
  CPC_Duration                       rw decimal[0:1]           = .5

  -- Vertical Service Activation Codes --
  Call_Return_Code                   rw starcode?(7)           = *69
  Call_Redial_Code                   rw starcode?(7)           = *07
  Blind_Transfer_Code                rw starcode?(7)           = *98
  Call_Back_Act_Code                 rw starcode?(7)           = *66
  Call_Back_Deact_Code               rw starcode?(7)           = *86
  Call_Back_Busy_Act_Code            rw starcode?(7)           = *05
  Cfwd_All_Act_Code                  rw starcode?(7)           = *72
  Cfwd_All_Deact_Code                rw starcode?(7)           = *73
  Cfwd_Busy_Act_Code                 rw starcode?(7)           = *90
  Cfwd_Busy_Deact_Code               rw starcode?(7)           = *91
  Cfwd_No_Ans_Act_Code               rw starcode?(7)           = *92
  Cfwd_No_Ans_Deact_Code             rw starcode?(7)           = *93
  Cfwd_Last_Act_Code                 rw starcode?(7)           = *63
  Cfwd_Last_Deact_Code               rw starcode?(7)           = *83
  Block_Last_Act_Code                rw starcode?(7)           = *60
  Block_Last_Deact_Code              rw starcode?(7)           = *80
  Accept_Last_Act_Code               rw starcode?(7)           = *64
  Accept_Last_Deact_Code             rw starcode?(7)           = *84
  CW_Act_Code                        rw starcode?(7)           = *56
  CW_Deact_Code                      rw starcode?(7)           = *57
  CW_Per_Call_Act_Code               rw starcode?(7)           = *71
  CW_Per_Call_Deact_Code             rw starcode?(7)           = *70
  Block_CID_Act_Code                 rw starcode?(7)           = *67
  Block_CID_Deact_Code               rw starcode?(7)           = *68
  Block_CID_Per_Call_Act_Code        rw starcode?(7)           = *81
  Block_CID_Per_Call_Deact_Code      rw starcode?(7)           = *82
  Block_ANC_Act_Code                 rw starcode?(7)           = *77
  Block_ANC_Deact_Code               rw starcode?(7)           = *87
  DND_Act_Code                       rw starcode?(7)           = *78
  DND_Deact_Code                     rw starcode?(7)           = *79
  CID_Act_Code                       rw starcode?(7)           = *65
  CID_Deact_Code                     rw starcode?(7)           = *85
  CWCID_Act_Code                     rw starcode?(7)           = *25
  CWCID_Deact_Code                   rw starcode?(7)           = *45
  Dist_Ring_Act_Code                 rw starcode?(7)           = *26
  Dist_Ring_Deact_Code               rw starcode?(7)           = *46
  Speed_Dial_Act_Code                rw starcode?(7)           = *74
  Paging_Code                        rw starcode?(7)           = *96
  Secure_All_Call_Act_Code           rw starcode?(7)           = *16
  Secure_No_Call_Act_Code            rw starcode?(7)           = *17
  Secure_One_Call_Act_Code           rw starcode?(7)           = *18
  Secure_One_Call_Deact_Code         rw starcode?(7)           = *19
  Conference_Act_Code                rw starcode?(7)
  Attn-Xfer_Act_Code                 rw starcode?(7)
  Modem_Line_Toggle_Code             rw starcode?(7)           = *99
  FAX_Line_Toggle_Code               rw starcode?(7)           = #99
  Media_Loopback_Code                rw starcode?(7)           = *03
  # Star codes joined by |.
  Referral_Services_Codes            rw string(79)
  Feature_Dial_Services_Codes        rw string(79)

  -- Vertical Service Announcement Codes --
  Service_Annc_Base_Number           rw string
  Service_Annc_Extension_Codes       rw string

  -- Outbound Call Codec Selection Codes --
  Prefer_G711u_Code                  rw starcode?(7)           = *017110
  Force_G711u_Code                   rw starcode?(7)           = *027110
  Prefer_G711a_Code                  rw starcode?(7)           = *017111
  Force_G711a_Code                   rw starcode?(7)           = *027111
  # Eight characters long, though seven is the limit in print.
  Prefer_G726r32_Code                rw starcode?(8)           = *0172632
  Force_G726r32_Code                 rw starcode?(8)           = *0272632
  Prefer_G729a_Code                  rw starcode?(7)           = *01729
  Force_G729a_Code                   rw starcode?(7)           = *02729

  -- Miscellaneous --
  FXS_Port_Impedance                 rw enum(600|900|600+2.16uF|900+2.16uF|"270+750||150nF"|"220+850||120nF"|"220+820||115nF"|"200+600||100nF") = 600
  # dB.
  FXS_Port_Input_Gain                rw decimal[-12:6]         = -3
  FXS_Port_Output_Gain               rw decimal[-12:6]         = -3
  # dBm.
  DTMF_Playback_Level                rw decimal[-30:0]         = -16
  DTMF_Twist                         rw unsignedInt[0:5]       = 2
  DTMF_Playback_Length               rw decimal[0:65]          = .1
  Detect_ABCD                        rw boolean                = 1
  Playback_ABCD                      rw boolean                = 1
  Caller_ID_Method                   rw enum("Bellcore(N.Amer,China)"|"DTMF(Finland,Sweden)"|"DTMF(Denmark)"|"ETSI DTMF"|"ETSI DTMF With PR"|"ETSI DTMF After Ring"|"ETSI FSK"|"ETSI FSK With PR(UK)"|"DTMF(Denmark) with PR") = Bellcore(N.Amer,China)
  Caller_ID_FSK_Standard             rw enum("bell 202"|v.23)  = bell 202
  Feature_Invocation_Method          rw enum(Default|"Sweden default") = Default
  # Described nowhere; by its name it blocks the factory reset by telephone.
  Protect_IVR_FactoryReset           rw boolean                = 0
  # Printed by dumps, described nowhere.
  Max_Session                        rw unsignedInt            = 2

  -- Further Settings --
  # Named by the guide, missing from dumps: the hardware has no G.722.
  Prefer_G722_Code                   rw starcode?(7)           = *01722
  Force_G722_Code                    rw starcode?(7)           = *02722
  # Named by the guide, missing from dumps.
  FXS_Port_Power_Limit               rw unsignedInt[1:8]       = 3
  # Named by the guide for models with a gateway; no source prints a default.
  VoIP_PIN_Tone                      rw tone?
  PSTN_PIN_Tone                      rw tone?
