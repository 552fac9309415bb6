#!/bin/sh
# Hook of udhcpc (busybox, OpenWrt): leaves what the DHCP server says of the ACS where dialtone-agent looks for it.
#
# udhcpc calls its script with one word and the options in the environment. Call this one from yours:
#     /usr/lib/dialtone/udhcpc-dialtone.sh "$1"
# and ask for the options with
#     udhcpc -V dslforum.org -O 43 ...        (or -O 125 instead of -O 43)
# and, for the server of the vendor's own provisioning, with -O 66 -O 150 -O 159 -O 160.
set -eu

folder="${DIALTONE_DISCOVERY:-/run/dialtone-discovery}"

case "${1:-}" in
bound | renew) ;;
*) exit 0 ;;
esac

umask 022
mkdir -p "$folder"
{
	echo "interface=${interface:-}"
	echo "option43=${opt43:-}"
	echo "option125=${opt125:-}"
	echo "option66=${tftp:-${opt66:-}}"
	echo "option150=${opt150:-}"
	echo "option159=${opt159:-}"
	echo "option160=${opt160:-}"
} >"$folder/.v4.$$"
# A rename, so that the agent never reads half a file.
mv "$folder/.v4.$$" "$folder/v4"
