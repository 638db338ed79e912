-- only
/* nested /* comment */ */
# hash
;;
