package session

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"strings"

	"lwcon/session/device"
	"lwcon/session/transport"
)

// ClientKeys returns what an account proves itself with, and what it demands of the
// server: the octets of object 0 as keys and certificates. The error says which
// resource cannot be used. Spec: Core 1.2 §5.2, §E.1.
//
//	psk   /3 identity, /5 key
//	rpk   /3 SubjectPublicKeyInfo, /4 that of the server, /5 PKCS #8
//	x509  /3 certificate, /4 certificate that /15 speaks of, /5 PKCS #8
//
// What is no number of a suite in /16 is left out.
func ClientKeys(a device.Account) (transport.ClientKeys, error) {
	keys := transport.ClientKeys{Usage: a.Usage, ServerName: a.ServerName}
	for word := range strings.FieldsSeq(a.Suites) {
		if s, err := transport.ParseCipherSuite(word); err == nil {
			keys.Suites = append(keys.Suites, s)
		}
	}
	where := func(resource int, err error) error {
		return fmt.Errorf("account /0/%d: resource %d: %w", a.Security, resource, err)
	}
	switch a.Mode {
	case device.ModePSK:
		keys.Mode, keys.Identity, keys.Secret = transport.PreSharedKey, []byte(a.Identity), []byte(a.Secret)
		return keys, nil
	case device.ModeRPK:
		keys.Mode, keys.ServerKey = transport.RawPublicKey, []byte(a.ServerKey)
		keys.Own.PublicKey = []byte(a.Identity)
	case device.ModeCertificate:
		keys.Mode = transport.Certificate
		own, err := x509.ParseCertificate([]byte(a.Identity))
		if err != nil {
			return keys, where(3, err)
		}
		keys.Own.Chain, keys.Own.PublicKey = []*x509.Certificate{own}, own.RawSubjectPublicKeyInfo
		if a.ServerKey != "" {
			if keys.ServerCertificate, err = x509.ParseCertificate([]byte(a.ServerKey)); err != nil {
				return keys, where(4, err)
			}
		}
	default:
		return keys, fmt.Errorf("account /0/%d: security mode %d has no handshake", a.Security, a.Mode)
	}
	private, err := privateKey([]byte(a.Secret))
	if err != nil {
		return keys, where(5, err)
	}
	keys.Own.Private = private
	return keys, nil
}

// privateKey reads PKCS #8 or, as some devices have it, SEC 1. RFC 5958, RFC 5915.
func privateKey(der []byte) (crypto.Signer, error) {
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("expected a private key in PKCS #8, found %d octets that are none", len(der))
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("expected an ECDSA key, found %T", parsed)
	}
	return key, nil
}
