"""What sound domains of the lab have in common."""

from cyberai.lab.zone import Records

ADDRESS: Records = (("@", "A", "127.0.0.1"),)
MAIL: Records = (*ADDRESS, ("@", "MX", "10 mx.quay.example."))
SPF: Records = (("@", "TXT", '"v=spf1 ip4:192.0.2.0/24 -all"'),)
DMARC: Records = (("_dmarc", "TXT", '"v=DMARC1; p=reject; rua=mailto:reports@quay.example"'),)
CAA: Records = (("@", "CAA", '0 issue "ca.example.net"'),)
SOUND: Records = (*MAIL, *SPF, *DMARC, *CAA)
