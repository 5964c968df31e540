package transport

import "slices"

// Alerts that are looked at one by one. RFC 5246 §7.2, RFC 4279 §6.
const (
	alertHandshakeFailure   = 40
	alertBadCertificate     = 42
	alertCertificateExpired = 45
	alertUnknownAuthority   = 48
	alertInternalError      = 80
	alertUnknownIdentity    = 115
)

// mendAlert returns a fatal alert that leaves during a handshake as it is to be sent; all
// else as it is. The library wraps it in a record with a Connection ID although
// nothing is encrypted yet, against RFC 9146 §3, and says internal_error where RFC 4279
// §2 has unknown_psk_identity, and bad_certificate of all certificates: better says
// which alert is to stand for one.
func mendAlert(b []byte, better func(description byte) byte) []byte {
	const content, wrapped = 2, 3 // level and description; and the type that is hidden
	var alert []byte
	switch {
	case len(b) == recordHead+content && b[0] == recordAlert && epochOf(b) == 0:
		alert = b[recordHead:]
	case len(b) >= recordHead+wrapped && b[0] == recordCID && epochOf(b) == 0 && b[len(b)-1] == recordAlert:
		alert = b[len(b)-wrapped : len(b)-1]
	default:
		return b
	}
	mended := slices.Concat([]byte{recordAlert}, b[1:recordHead-2], []byte{0, content}, alert)
	last := len(mended) - 1
	mended[last] = better(mended[last])
	return mended
}
