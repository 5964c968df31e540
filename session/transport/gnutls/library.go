//go:build linux && (amd64 || arm64) && !static

package gnutls

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

const libraryName = "libgnutls.so.30"

// symbols are the addresses of what is used of the library.
type symbols struct {
	checkVersion, strerror                                        uintptr
	priorityInit, priorityDeinit                                  uintptr
	certificateAllocate, certificateFree, setRawKey, setVerify    uintptr
	init, deinit, prioritySet, credentialsSet, requestCertificate uintptr
	setPointer, pointer, setTransport, setPush, setPull, setWait  uintptr
	setErrno, setMTU, setTimeouts, timeout                        uintptr
	handshake, isFatal, alert, sendAlert                          uintptr
	peers, certificateType, cipher, random, master                uintptr
	cookieSend, cookieVerify, prestateSet, setName                uintptr
	stream                                                        streamSymbols
}

// streamSymbols are those that only TLS over streams needs.
type streamSymbols struct {
	send, receive, bye, alertNumbered                    uintptr
	exchange, protocol, setProtocols, agreedProtocol     uintptr
	setKeyLog, setChain, malloc                          uintptr
	pskClientAllocate, pskClientFree, pskClientSet       uintptr
	pskServerAllocate, pskServerFree, pskServerSetLookup uintptr
}

// names are what the symbols are called in the library.
func (s *streamSymbols) names() map[string]*uintptr {
	return map[string]*uintptr{
		"gnutls_record_send": &s.send, "gnutls_record_recv": &s.receive, "gnutls_bye": &s.bye, "gnutls_alert_send": &s.alertNumbered,
		"gnutls_kx_get": &s.exchange, "gnutls_protocol_get_version": &s.protocol,
		"gnutls_alpn_set_protocols": &s.setProtocols, "gnutls_alpn_get_selected_protocol": &s.agreedProtocol,
		"gnutls_session_set_keylog_function": &s.setKeyLog, "gnutls_certificate_set_x509_key_mem": &s.setChain, "gnutls_malloc": &s.malloc,
		"gnutls_psk_allocate_client_credentials": &s.pskClientAllocate, "gnutls_psk_free_client_credentials": &s.pskClientFree,
		"gnutls_psk_set_client_credentials2":     &s.pskClientSet,
		"gnutls_psk_allocate_server_credentials": &s.pskServerAllocate, "gnutls_psk_free_server_credentials": &s.pskServerFree,
		"gnutls_psk_set_server_credentials_function2": &s.pskServerSetLookup,
	}
}

// names are what the symbols are called in the library.
func (s *symbols) names() map[string]*uintptr {
	return map[string]*uintptr{
		"gnutls_check_version": &s.checkVersion, "gnutls_strerror": &s.strerror,
		"gnutls_priority_init": &s.priorityInit, "gnutls_priority_deinit": &s.priorityDeinit,
		"gnutls_certificate_allocate_credentials": &s.certificateAllocate, "gnutls_certificate_free_credentials": &s.certificateFree,
		"gnutls_certificate_set_rawpk_key_mem": &s.setRawKey, "gnutls_certificate_set_verify_function": &s.setVerify,
		"gnutls_init": &s.init, "gnutls_deinit": &s.deinit, "gnutls_priority_set": &s.prioritySet,
		"gnutls_credentials_set": &s.credentialsSet, "gnutls_certificate_server_set_request": &s.requestCertificate,
		"gnutls_session_set_ptr": &s.setPointer, "gnutls_session_get_ptr": &s.pointer,
		"gnutls_transport_set_ptr": &s.setTransport, "gnutls_transport_set_push_function": &s.setPush,
		"gnutls_transport_set_pull_function": &s.setPull, "gnutls_transport_set_pull_timeout_function": &s.setWait,
		"gnutls_transport_set_errno": &s.setErrno, "gnutls_dtls_set_mtu": &s.setMTU,
		"gnutls_dtls_set_timeouts": &s.setTimeouts, "gnutls_dtls_get_timeout": &s.timeout,
		"gnutls_handshake": &s.handshake, "gnutls_error_is_fatal": &s.isFatal, "gnutls_alert_get": &s.alert,
		"gnutls_alert_send_appropriate": &s.sendAlert, "gnutls_certificate_get_peers": &s.peers,
		"gnutls_certificate_type_get2": &s.certificateType,
		"gnutls_cipher_get":            &s.cipher, "gnutls_session_get_random": &s.random,
		"gnutls_session_get_master_secret": &s.master,
		"gnutls_dtls_cookie_send":          &s.cookieSend, "gnutls_dtls_cookie_verify": &s.cookieVerify,
		"gnutls_dtls_prestate_set": &s.prestateSet, "gnutls_server_name_set": &s.setName,
	}
}

// library is GnuTLS once it is loaded, with the addresses under which it calls us.
// These are made once: there is room for a limited number in a process.
type library struct {
	symbols
	version                          string
	onPush, onPull, onWait, onVerify uintptr
	onCookie, onLookup, onSecret     uintptr
	noStreams                        string // why there are none with this one, "" if there are
}

// missing is why there is no GnuTLS to be had.
type missing struct{ why, cure string }

// loaded loads the library the first time.
var loaded = sync.OnceValues(load)

// libraryFor returns GnuTLS for something, or an *UnavailableError.
func libraryFor(m Mode, stream bool) (*library, error) {
	l, none := loaded()
	if none == nil && stream && l.noStreams != "" {
		none = &missing{l.noStreams, "install a newer one"}
	}
	if none != nil {
		return nil, m.lacking(stream, none.why, none.cure)
	}
	return l, nil
}

// Ready says whether there is a GnuTLS for sessions over streams in a mode. The error is
// an *UnavailableError.
func Ready(m Mode) error {
	_, err := libraryFor(m, true)
	return err
}

// Load loads GnuTLS unless it is loaded, and returns its version. The error is an
// *UnavailableError.
func Load() (version string, err error) {
	l, err := libraryFor(RawKeys, false)
	if err != nil {
		return "", err
	}
	return l.version, nil
}

func load() (*library, *missing) {
	handle, err := purego.Dlopen(libraryName, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, &missing{
			fmt.Sprintf("and %s cannot be loaded: %v", libraryName, err), "install it (Debian, Ubuntu: apt-get install libgnutls30)",
		}
	}
	l := &library{}
	if name := resolve(handle, l.names()); name != "" {
		return nil, &missing{fmt.Sprintf("version 3.6.6 or newer: this %s has no %s", libraryName, name), "install a newer one"}
	}
	if name := resolve(handle, l.stream.names()); name != "" {
		l.noStreams = fmt.Sprintf("version 3.6.13 or newer: this %s has no %s", libraryName, name)
	} else {
		l.stream.malloc = *(*uintptr)(memory(l.stream.malloc)) // a variable that holds the function
	}
	l.onPush, l.onPull, l.onWait = purego.NewCallback(onPush), purego.NewCallback(onPull), purego.NewCallback(onWait)
	l.onVerify, l.onCookie = purego.NewCallback(l.decide), purego.NewCallback(onCookie)
	l.onLookup, l.onSecret = purego.NewCallback(l.lookUp), purego.NewCallback(l.note)
	l.version = text(callPointer(l.checkVersion, 0))
	return l, nil
}

// resolve finds what the library has under some names, and returns the least name that it
// does not have.
func resolve(handle uintptr, names map[string]*uintptr) (lacks string) {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return name
		}
		*names[name] = address
	}
	return ""
}

// call calls a function that returns an int.
//
//go:uintptrescapes
func call(function uintptr, arguments ...uintptr) int {
	r, _, _ := purego.SyscallN(function, arguments...)
	return int(int32(r))
}

// callPointer calls a function that returns a pointer.
//
//go:uintptrescapes
func callPointer(function uintptr, arguments ...uintptr) uintptr {
	r, _, _ := purego.SyscallN(function, arguments...)
	return r
}

// failure makes an error of what a function returned.
func (l *library) failure(operation string, code int) *Error {
	return &Error{Operation: operation, Code: code, Text: text(callPointer(l.strerror, uintptr(code)))}
}

// memory is an address of C as a pointer of Go. It is no memory of Go's.
func memory(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// text copies a text of C.
func text(address uintptr) string {
	if address == 0 {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(memory(address), n)) != 0 {
		n++
	}
	return string(octets(address, n))
}

// octets is memory of C, which is only there for now.
func octets(address uintptr, n int) []byte { return unsafe.Slice((*byte)(memory(address)), n) }

// datum is a gnutls_datum_t.
type datum struct {
	data unsafe.Pointer
	size uint32
}

// copied copies what a datum of GnuTLS holds.
func (d *datum) copied() []byte {
	if d.data == nil {
		return nil
	}
	return append([]byte(nil), unsafe.Slice((*byte)(d.data), d.size)...)
}

// datumOf is a datum of octets of Go, for a call that copies them. Both stay where
// they are until the pinner lets go.
func datumOf(pinner *runtime.Pinner, b []byte) *datum {
	d := &datum{size: uint32(len(b))}
	if len(b) > 0 {
		d.data = unsafe.Pointer(unsafe.SliceData(b))
		pinner.Pin(d.data)
	}
	pinner.Pin(d)
	return d
}

func (d *datum) address() uintptr { return uintptr(unsafe.Pointer(d)) }
