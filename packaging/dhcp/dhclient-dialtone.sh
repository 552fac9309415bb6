# Exit hook of dhclient: leaves what the DHCP server says of the ACS where dialtone-agent looks for it.
#
# Put it into /etc/dhcp/dhclient-exit-hooks.d/; dhclient-script reads it into its own shell. Ask for the options in
# dhclient.conf:
#     option vivso code 125 = string;
#     send vendor-class-identifier "dslforum.org";
#     also request vendor-encapsulated-options;     (or vivso instead)
#     also request dhcp6.vendor-opts;
# and for the server of the vendor's own provisioning:
#     option tftp-servers code 150 = array of ip-address;
#     option provisioning-ip code 159 = text;
#     option provisioning-url code 160 = text;
#     also request tftp-server-name, tftp-servers, provisioning-ip, provisioning-url;
dialtone_discovered() {
	dialtone_folder="${DIALTONE_DISCOVERY:-/run/dialtone-discovery}"
	case "${reason:-}" in
	BOUND | RENEW | REBIND | REBOOT) dialtone_file=v4 ;;
	BOUND6 | RENEW6 | REBIND6) dialtone_file=v6 ;;
	*) return 0 ;;
	esac
	mkdir -p "$dialtone_folder" || return 0
	{
		echo "interface=${interface:-}"
		case "$dialtone_file" in
		v4)
			echo "option43=${new_vendor_encapsulated_options:-}"
			echo "option125=${new_vivso:-}"
			echo "option66=${new_tftp_server_name:-}"
			echo "option150=${new_tftp_servers:-}"
			echo "option159=${new_provisioning_ip:-}"
			echo "option160=${new_provisioning_url:-}"
			;;
		v6) echo "v6option17=${new_dhcp6_vendor_opts:-}" ;;
		esac
	} >"$dialtone_folder/.$dialtone_file.$$"
	# A rename, so that the agent never reads half a file.
	mv "$dialtone_folder/.$dialtone_file.$$" "$dialtone_folder/$dialtone_file"
}
dialtone_discovered
