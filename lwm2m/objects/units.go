package objects

import "strings"

// senMLUnits are the units that a definition may use, primary and secondary:
// RFC 8428 §12.1, RFC 8798 §2 and §3, and last what has been registered since.
const senMLUnits = " m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s W/m2 cd/m2 " +
	"bit bit/s lat lon pH dB dBW Bspl count / % %RH %EL EL 1/s 1/min beat/min beats S/m " +
	"B VA VAs var vars J/m kg/m3 deg " +
	"ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s mV mA dBm ug/m3 mm/h m/h ppm /100 /1000 hPa mm cm km km/h " +
	"NTU VAh Ws mg/l ppb ppt "

// knownUnit says whether a unit stands in the registry of SenML units.
func knownUnit(unit string) bool { return strings.Contains(senMLUnits, " "+unit+" ") }
