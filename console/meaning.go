package console

import "lwcon/lwm2m"

// enumerated is a resource whose integers are words.
type enumerated struct{ object, resource uint16 }

// meanings tells what the integers of core resources stand for.
// Spec: Core 1.2 Appendix E.
func meanings(r enumerated) map[int64]string {
	switch r {
	case enumerated{0, 2}:
		return map[int64]string{0: "PSK", 1: "raw public key", 2: "certificate", 3: "no security", 4: "certificate with EST"}
	case enumerated{3, 6}:
		return map[int64]string{
			0: "DC power", 1: "internal battery", 2: "external battery", 3: "fuel cell", 4: "Power over Ethernet",
			5: "USB", 6: "AC mains", 7: "solar",
		}
	case enumerated{3, 11}:
		return map[int64]string{
			0: "no error", 1: "low battery", 2: "external power off", 3: "GPS failure", 4: "low signal",
			5: "out of memory", 6: "SMS failure", 7: "IP connectivity failure", 8: "peripheral malfunction",
		}
	case enumerated{3, 20}:
		return map[int64]string{0: "normal", 1: "charging", 2: "charge complete", 3: "damaged", 4: "low", 5: "not installed", 6: "unknown"}
	case enumerated{4, 0}, enumerated{4, 1}:
		return map[int64]string{
			0: "GSM", 1: "TD-SCDMA", 2: "WCDMA", 3: "CDMA2000", 4: "WiMAX", 5: "LTE-TDD", 6: "LTE-FDD", 7: "NB-IoT",
			8: "5G TDD", 9: "5G FDD", 21: "WLAN", 22: "Bluetooth", 23: "IEEE 802.15.4", 41: "Ethernet", 42: "DSL", 43: "power line",
		}
	case enumerated{5, 3}:
		return map[int64]string{0: "idle", 1: "downloading", 2: "downloaded", 3: "updating"}
	case enumerated{5, 5}:
		return map[int64]string{
			0: "initial", 1: "success", 2: "not enough flash", 3: "out of RAM", 4: "connection lost", 5: "integrity check failed",
			6: "unsupported package", 7: "invalid URI", 8: "update failed", 9: "unsupported protocol", 10: "cancelled", 11: "deferred",
		}
	case enumerated{5, 8}:
		return map[int64]string{0: "CoAP", 1: "CoAPS", 2: "HTTP", 3: "HTTPS", 4: "CoAP over TCP", 5: "CoAP over TLS"}
	case enumerated{5, 9}:
		return map[int64]string{0: "pull", 1: "push", 2: "pull and push"}
	case enumerated{9, 7}:
		return map[int64]string{0: "initial", 1: "download started", 2: "downloaded", 3: "delivered", 4: "installed"}
	case enumerated{9, 9}:
		return map[int64]string{
			0: "initial", 1: "downloading", 2: "installed", 3: "downloaded and verified", 50: "out of storage", 51: "out of memory",
			52: "connection lost", 53: "integrity check failed", 54: "unsupported package", 56: "invalid URI", 57: "device error",
			58: "installation failed", 59: "removal failed",
		}
	}
	return nil
}

// meaning is what a value of an enumeration stands for, "" where it stands for
// itself.
func meaning(p lwm2m.Path, v lwm2m.Value) string {
	if p.Level() < lwm2m.LevelResource || v.Type() != lwm2m.Integer && v.Type() != lwm2m.Unsigned {
		return ""
	}
	return meanings(enumerated{p.Object(), p.Resource()})[v.Int()]
}
