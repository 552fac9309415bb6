# Cisco's own leaves and objects below VoiceService, with the names the MPP telephones use: all are second names of
# X_CISCO_ATA parameters. Mounted below Services.
# The format is described in README.md.

[VoiceService.{i}.VoiceProfile.{i}.RTP.]
  X_CISCO_RTPPacketSize               rw same  view=X_CISCO_ATA.SIP.RTP_Packet_Size

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.]
  X_CISCO_DialPlan                    rw same  view=X_CISCO_ATA.Line.{2}.Dial_Plan
  X_CISCO_DefaultRing                 rw same  view=X_CISCO_ATA.User.{2}.Default_Ring

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.SIP.]
  X_CISCO_AuthID                      rw same  view=X_CISCO_ATA.Line.{2}.Auth_ID
  X_CISCO_DisplayName                 rw same  view=X_CISCO_ATA.Line.{2}.Display_Name
  X_CISCO_UseDNSSRV                   rw same  view=X_CISCO_ATA.Line.{2}.Use_DNS_SRV
  X_CISCO_BlindAttnXferEnable         rw same  view=X_CISCO_ATA.Line.{2}.Blind_Attn-Xfer_Enable
  X_CISCO_FeatureKeySync              rw same  view=X_CISCO_ATA.Line.{2}.Feature_Key_Sync
  X_CISCO_DNSSRVAutoPrefix            rw same  view=X_CISCO_ATA.Line.{2}.DNS_SRV_Auto_Prefix

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.Codec.]
  X_CISCO_PreferredCodec              rw same  view=X_CISCO_ATA.Line.{2}.Preferred_Codec
  X_CISCO_PreferredCodec2             rw same  view=X_CISCO_ATA.Line.{2}.Second_Preferred_Codec
  X_CISCO_PreferredCodec3             rw same  view=X_CISCO_ATA.Line.{2}.Third_Preferred_Codec
  X_CISCO_UsePrefCodecOnly            rw same  view=X_CISCO_ATA.Line.{2}.Use_Pref_Codec_Only
  X_CISCO_CodecNegotiation            rw same  view=X_CISCO_ATA.Line.{2}.Codec_Negotiation

[VoiceService.{i}.X_CISCO_SIP.]
  G711uCodecName                      rw same  view=X_CISCO_ATA.SIP.G711u_Codec_Name
  G711aCodecName                      rw same  view=X_CISCO_ATA.SIP.G711a_Codec_Name
  G729aCodecName                      rw same  view=X_CISCO_ATA.SIP.G729a_Codec_Name
  G722CodecName                       rw same  view=X_CISCO_ATA.SIP.G722_Codec_Name
  AVTCodecName                        rw same  view=X_CISCO_ATA.SIP.AVT_Codec_Name
  AVTDynamicPayload                   rw same  view=X_CISCO_ATA.SIP.AVT_Dynamic_Payload
  INFOREQDynamicPayload               rw same  view=X_CISCO_ATA.SIP.INFOREQ_Dynamic_Payload
  RedirectKeepAlive                   rw same  view=X_CISCO_ATA.SIP.Redirect_Keep_Alive

[VoiceService.{i}.X_CISCO_Regional.]

[VoiceService.{i}.X_CISCO_Regional.Tones.]
  DialTone                            rw same  view=X_CISCO_ATA.Regional.Dial_Tone
  OutsideDialTone                     rw same  view=X_CISCO_ATA.Regional.Outside_Dial_Tone
  PromptTone                          rw same  view=X_CISCO_ATA.Regional.Prompt_Tone
  BusyTone                            rw same  view=X_CISCO_ATA.Regional.Busy_Tone
  ReorderTone                         rw same  view=X_CISCO_ATA.Regional.Reorder_Tone
  OffHookWarningTone                  rw same  view=X_CISCO_ATA.Regional.Off_Hook_Warning_Tone
  RingBackTone                        rw same  view=X_CISCO_ATA.Regional.Ring_Back_Tone
  ConfirmTone                         rw same  view=X_CISCO_ATA.Regional.Confirm_Tone
  MWIDialTone                         rw same  view=X_CISCO_ATA.Regional.MWI_Dial_Tone
  CfwdDialTone                        rw same  view=X_CISCO_ATA.Regional.Cfwd_Dial_Tone
  HoldingTone                         rw same  view=X_CISCO_ATA.Regional.Holding_Tone
  ConferenceTone                      rw same  view=X_CISCO_ATA.Regional.Conference_Tone
  SecureCallIndicationTone            rw same  view=X_CISCO_ATA.Regional.Secure_Call_Indication_Tone

[VoiceService.{i}.X_CISCO_Regional.ControlTimer.]
  ReorderDelay                        rw same  view=X_CISCO_ATA.Regional.Reorder_Delay
  InterdigitLongTimer                 rw same  view=X_CISCO_ATA.Regional.Interdigit_Long_Timer
  InterdigitShortTimer                rw same  view=X_CISCO_ATA.Regional.Interdigit_Short_Timer

[VoiceService.{i}.X_CISCO_Regional.Cadences.]
  Cadence1                            rw same  view=X_CISCO_ATA.Regional.Ring1_Cadence
  Cadence2                            rw same  view=X_CISCO_ATA.Regional.Ring2_Cadence
  Cadence3                            rw same  view=X_CISCO_ATA.Regional.Ring3_Cadence
  Cadence4                            rw same  view=X_CISCO_ATA.Regional.Ring4_Cadence
  Cadence5                            rw same  view=X_CISCO_ATA.Regional.Ring5_Cadence
  Cadence6                            rw same  view=X_CISCO_ATA.Regional.Ring6_Cadence
  Cadence7                            rw same  view=X_CISCO_ATA.Regional.Ring7_Cadence
  Cadence8                            rw same  view=X_CISCO_ATA.Regional.Ring8_Cadence

[VoiceService.{i}.X_CISCO_PhoneSetting.]

# Telephones have these switches once, the ATA for each line. There is no index here to choose a line by: they are
# those of line 1; line 2 is reached through X_CISCO_ATA.
[VoiceService.{i}.X_CISCO_PhoneSetting.SuppServices.]
  AttnTransferServ                    rw same  view=X_CISCO_ATA.Line.1.Attn_Transfer_Serv
  DNDServ                             rw same  view=X_CISCO_ATA.Line.1.DND_Serv
  BlockANCServ                        rw same  view=X_CISCO_ATA.Line.1.Block_ANC_Serv
  BlockCIDServ                        rw same  view=X_CISCO_ATA.Line.1.Block_CID_Serv
  SecureCallServ                      rw same  view=X_CISCO_ATA.Line.1.Secure_Call_Serv
  CfwdAllServ                         rw same  view=X_CISCO_ATA.Line.1.Cfwd_All_Serv
  CfwdBusyServ                        rw same  view=X_CISCO_ATA.Line.1.Cfwd_Busy_Serv
  CfwdNoAnsServ                       rw same  view=X_CISCO_ATA.Line.1.Cfwd_No_Ans_Serv

[VoiceService.{i}.X_CISCO_StarCode.]
  ActivateBlockAnonymousCall          rw same  view=X_CISCO_ATA.Regional.Block_ANC_Act_Code
  ActivateBlockCallerId               rw same  view=X_CISCO_ATA.Regional.Block_CID_Act_Code
  ActivateBlockCallerIdNextCall       rw same  view=X_CISCO_ATA.Regional.Block_CID_Per_Call_Act_Code
  ActivateCallForwardAll              rw same  view=X_CISCO_ATA.Regional.Cfwd_All_Act_Code
  ActivateCallForwardBusy             rw same  view=X_CISCO_ATA.Regional.Cfwd_Busy_Act_Code
  ActivateCallForwardNoAnswer         rw same  view=X_CISCO_ATA.Regional.Cfwd_No_Ans_Act_Code
  ActivateCallWaiting                 rw same  view=X_CISCO_ATA.Regional.CW_Act_Code
  ActivateCallWaitingNextCall         rw same  view=X_CISCO_ATA.Regional.CW_Per_Call_Act_Code
  ActivateDoNotDisturb                rw same  view=X_CISCO_ATA.Regional.DND_Act_Code
  ActivateSecureCall                  rw same  view=X_CISCO_ATA.Regional.Secure_All_Call_Act_Code
  ActivateSecureCallNextCall          rw same  view=X_CISCO_ATA.Regional.Secure_One_Call_Act_Code
  BlindTransfer                       rw same  view=X_CISCO_ATA.Regional.Blind_Transfer_Code
  CallReturn                          rw same  view=X_CISCO_ATA.Regional.Call_Return_Code
  DeactivateBlockAnonymousCall        rw same  view=X_CISCO_ATA.Regional.Block_ANC_Deact_Code
  DeactivateBlockCallerId             rw same  view=X_CISCO_ATA.Regional.Block_CID_Deact_Code
  DeactivateBlockCallerIdNextCall     rw same  view=X_CISCO_ATA.Regional.Block_CID_Per_Call_Deact_Code
  DeactivateCallForwardAll            rw same  view=X_CISCO_ATA.Regional.Cfwd_All_Deact_Code
  DeactivateCallForwardBusy           rw same  view=X_CISCO_ATA.Regional.Cfwd_Busy_Deact_Code
  DeactivateCallForwardNoAnswer       rw same  view=X_CISCO_ATA.Regional.Cfwd_No_Ans_Deact_Code
  DeactivateCallWaiting               rw same  view=X_CISCO_ATA.Regional.CW_Deact_Code
  DeactivateCallWaitingNextCall       rw same  view=X_CISCO_ATA.Regional.CW_Per_Call_Deact_Code
  DeactivateDoNotDisturb              rw same  view=X_CISCO_ATA.Regional.DND_Deact_Code
  DeactivateSecureCal                 rw same  view=X_CISCO_ATA.Regional.Secure_No_Call_Act_Code
  DeactivateSecureCallNextCall        rw same  view=X_CISCO_ATA.Regional.Secure_One_Call_Deact_Code
  PagingCode                          rw same  view=X_CISCO_ATA.Regional.Paging_Code
  PreferCodecG711a                    rw same  view=X_CISCO_ATA.Regional.Prefer_G711a_Code
  PreferCodecG711u                    rw same  view=X_CISCO_ATA.Regional.Prefer_G711u_Code
  PreferCodecG722                     rw same  view=X_CISCO_ATA.Regional.Prefer_G722_Code
  PreferCodecG729a                    rw same  view=X_CISCO_ATA.Regional.Prefer_G729a_Code
  UseOnlyCodecG711a                   rw same  view=X_CISCO_ATA.Regional.Force_G711a_Code
  UseOnlyCodecG711u                   rw same  view=X_CISCO_ATA.Regional.Force_G711u_Code
  UseOnlyCodecG722                    rw same  view=X_CISCO_ATA.Regional.Force_G722_Code
  UseOnlyCodecG729a                   rw same  view=X_CISCO_ATA.Regional.Force_G729a_Code
