# The SIP tab of the Cisco ATA 191/192.
# The format is described in README.md.

[X_CISCO_ATA.SIP.] xml=* text=yes-no
  -- SIP Parameters --
  Max_Forward                            rw unsignedInt[1:255]     = 70
  # The upper limit is not certain, so none is set.
  Max_Redirection                        rw unsignedInt            = 5
  Max_Auth                               rw unsignedInt[0:255]     = 2
  # $VERSION and $A to $D are expanded.
  SIP_User_Agent_Name                    rw string                 = $VERSION
  SIP_Server_Name                        rw string                 = $VERSION
  SIP_Reg_User_Agent_Name                rw string
  SIP_Reg_Starting_Sequence_Number       rw unsignedInt?
  SIP_Accept_Language                    rw string
  DTMF_Relay_MIME_Type                   rw string                 = application/dtmf-relay
  Hook_Flash_MIME_Type                   rw string                 = application/hook-flash
  Remove_Last_Reg                        rw boolean                = 0
  Use_Compact_Header                     rw boolean                = 0
  Escape_Display_Name                    rw boolean                = 0
  # Dumps print Yes; the guide's text says no.
  RFC_2543_Call_Hold                     rw boolean                = 1
  Mark_All_AVT_Packets                   rw boolean                = 1
  AVT_Packet_Size                        rw enum(ptime|10)         = ptime
  SIP_TCP_Port_Min                       rw unsignedInt[1:65535]   = 5060
  SIP_TCP_Port_Max                       rw unsignedInt[1:65535]   = 5080
  CTI_Enable                             rw boolean                = 0
  Keep_Referee_When_REFER_Failed         rw boolean                = 0
  Caller_ID_Header                       rw enum(PAID-RPID-FROM|P-ASSERTED-IDENTITY|REMOTE-PARTY-ID|FROM) = PAID-RPID-FROM

  -- SIP Timer Values (sec) --
  # Seconds with decimals.
  SIP_T1                                 rw decimal[0:64]          = .5
  SIP_T2                                 rw decimal[0:64]          = 4
  SIP_T4                                 rw decimal[0:64]          = 5
  SIP_Timer_B                            rw decimal[0:64]          = 32
  # Dumps print 16; the guide's text says 32.
  SIP_Timer_F                            rw decimal[0:64]          = 16
  SIP_Timer_H                            rw decimal[0:64]          = 32
  SIP_Timer_D                            rw decimal[0:64]          = 32
  SIP_Timer_J                            rw decimal[0:64]          = 32
  INVITE_Expires                         rw unsignedInt[0:2147483647] = 240
  ReINVITE_Expires                       rw unsignedInt[0:2147483647] = 30
  Reg_Min_Expires                        rw unsignedInt            = 1
  Reg_Max_Expires                        rw unsignedInt            = 7200
  Reg_Retry_Intvl                        rw unsignedInt            = 30
  Reg_Retry_Long_Intvl                   rw unsignedInt            = 1200
  Reg_Retry_Random_Delay                 rw unsignedInt            = 0
  Reg_Retry_Long_Random_Delay            rw unsignedInt            = 0
  # 0 switches the exponential back-off off.
  Reg_Retry_Intvl_Cap                    rw unsignedInt            = 0

  -- Response Status Code Handling --
  # Response codes and patterns, such as 404, 5*, 61?.
  SIT1_RSC                               rw responses?(39)
  SIT2_RSC                               rw responses?(39)
  SIT3_RSC                               rw responses?(39)
  SIT4_RSC                               rw responses?(39)
  Try_Backup_RSC                         rw responses?(39)
  Retry_Reg_RSC                          rw responses?(39)

  -- RTP Parameters --
  # The range must hold four even ports at least.
  RTP_Port_Min                           rw unsignedInt[1:65535]   = 16384
  RTP_Port_Max                           rw unsignedInt[1:65535]   = 16482
  # Seconds in steps of 0.01.
  RTP_Packet_Size                        rw decimal[0.01:0.16]     = 0.030
  RTP_Tx_Packet_Size_Follows_Remote_SDP  rw boolean                = 1
  Max_RTP_ICMP_Err                       rw unsignedInt            = 0
  # Seconds; 0 sends no RTCP.
  RTCP_Tx_Interval                       rw unsignedInt[0:255]     = 0
  No_UDP_Checksum                        rw boolean                = 0
  Stats_In_BYE                           rw boolean                = 1
  Call_Statistics                        rw boolean                = 1

  -- SDP Payload Types --
  NSE_Dynamic_Payload                    rw unsignedInt[96:127]    = 100
  AVT_Dynamic_Payload                    rw unsignedInt[96:127]    = 101
  # Empty leaves the payload type unset.
  INFOREQ_Dynamic_Payload                rw unsignedInt?[96:127]
  # 2 is the static type; whether anything below 96 but 2 is refused is not known.
  G726r32_Dynamic_Payload                rw unsignedInt[0:127]     = 2
  EncapRTP_Dynamic_Payload               rw unsignedInt[96:127]    = 112
  RTP-Start-Loopback_Dynamic_Payload     rw unsignedInt[96:127]    = 113
  RTP-Start-Loopback_Codec               rw enum(G711u|G711a|G726-32|G729a) = G711u
  NSE_Codec_Name                         rw string                 = NSE
  AVT_Codec_Name                         rw string                 = telephone-event
  G711u_Codec_Name                       rw string                 = PCMU
  G711a_Codec_Name                       rw string                 = PCMA
  G726r32_Codec_Name                     rw string                 = G726-32
  G729a_Codec_Name                       rw string                 = G729a
  EncapRTP_Codec_Name                    rw string                 = encaprtp

  -- NAT Support Parameters --
  Handle_VIA_received                    rw boolean                = 0
  Handle_VIA_rport                       rw boolean                = 0
  Insert_VIA_received                    rw boolean                = 0
  Insert_VIA_rport                       rw boolean                = 0
  Substitute_VIA_Addr                    rw boolean                = 0
  Send_Resp_To_Src_Port                  rw boolean                = 0
  STUN_Enable                            rw boolean                = 0
  STUN_Test_Enable                       rw boolean                = 0
  STUN_Server                            rw host?(63)
  EXT_IP                                 rw ipv4?
  EXT_RTP_Port_Min                       rw unsignedInt?[0:65535]
  NAT_Keep_Alive_Intvl                   rw unsignedInt            = 15
  # A switch in every dump, an interval of 15 in the text of the guide.
  Redirect_Keep_Alive                    rw boolean                = 0

  -- Further Settings --
  # Named by the guide, missing from dumps: the hardware has no G.722.
  G722_Codec_Name                        rw string                 = G722
