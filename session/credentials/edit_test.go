package credentials

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lwcon/session/transport"
)

// pskOf is a pre-shared key of an endpoint.
func pskOf(endpoint, identity, key string) *Credential {
	return &Credential{Endpoint: endpoint, Mode: transport.PreSharedKey, Identity: identity, Key: NewSecret([]byte(key), "text")}
}

func TestPuttingACredentialKeepsTheRestOfTheFile(t *testing.T) {
	const before = `# the bench
lwcon: 1
defaults: {link: nbiot} # slow
devices:
  # left of the window
  bench-a: {endpoint: "urn:imei:1", psk: {identity: dev1, key: "env:BENCH_A"}, tags: [rack]} # do not touch
own: {private-key: "file:server.key"}
`
	const after = `# the bench
lwcon: 1
defaults: {link: nbiot} # slow
devices:
  # left of the window
  bench-a: {endpoint: "urn:imei:1", psk: {key: "env:NEW"}, tags: [rack]} # do not touch
  dev2: {psk: {identity: two, key: "hex:6b6579"}}
  short: {endpoint: "urn:imei:3", psk: {key: "hex:6b"}}
own: {private-key: "file:server.key"}
`
	name := write(t, t.TempDir(), FileName, before, 0o644)
	short := pskOf("urn:imei:3", "urn:imei:3", "k")
	short.Alias = "short"
	done, err := Put(name, []Entry{
		{pskOf("urn:imei:1", "urn:imei:1", "x"), "env:NEW"},
		{pskOf("dev2", "two", "key"), ""},
		{short, ""},
	})
	if err != nil || done.Created || !done.Closed {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := string(must(os.ReadFile(name))); got != after {
		t.Errorf("found\n%s", got)
	}
	if mode := must(os.Stat(name)).Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o: expected the file closed, it holds a secret now", mode)
	}
	if found, err := Delete(name, []string{"urn:imei:1", "urn:imei:3"}); err != nil || !found {
		t.Fatal(found, err)
	}
	if found, err := Delete(name, []string{"urn:imei:1", "nobody"}); err != nil || found {
		t.Error(found, err)
	}
	want := strings.Replace(after, `psk: {key: "env:NEW"}, `, "", 1)
	want = strings.Replace(want, "  short: {endpoint: \"urn:imei:3\", psk: {key: \"hex:6b\"}}\n", "", 1)
	if got := string(must(os.ReadFile(name))); got != want {
		t.Errorf("after removing:\n%s", got)
	}
}

func TestAFileThatIsNotThereIsMadeClosed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lwcon", FileName)
	done, err := Put(name, []Entry{{pskOf("dev1", "dev1", "key"), "text:key"}})
	if err != nil || !done.Created {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := string(must(os.ReadFile(name))); got != "lwcon: 1\ndevices:\n  dev1: {psk: {key: \"text:key\"}}\n" {
		t.Errorf("found\n%s", got)
	}
	if mode := must(os.Stat(name)).Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o", mode)
	}
	f, err := Load(name, false)
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := NewStore(f, Sources{}).PSK([]byte("dev1")); !ok || string(key) != "key" {
		t.Errorf("%q, %v", key, ok)
	}
}

func TestWhatWouldNotReadIsNotWritten(t *testing.T) {
	const broken = "devices: {a: {psk: 5}}\n"
	name := write(t, t.TempDir(), FileName, broken, 0o600)
	if _, err := Put(name, []Entry{{pskOf("b", "b", "key"), ""}}); err == nil {
		t.Error("a file that does not parse: expected an error")
	}
	const good = "devices: {a: {psk: {identity: x, key: \"env:A\"}}}\n"
	if err := os.WriteFile(name, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Put(name, []Entry{{pskOf("b", "x", "key"), ""}}); err == nil || !strings.Contains(err.Error(), `identity "x" is that of line 1 too`) {
		t.Errorf("an identity twice: %v", err)
	}
	if got := string(must(os.ReadFile(name))); got != good {
		t.Errorf("found\n%s", got)
	}
	entries, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".lwcon-*"))
	if len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestAKeyOfTheCommandLineIsWrittenAsAFileHasToHaveIt(t *testing.T) {
	directory := t.TempDir()
	t.Chdir(directory)
	for _, c := range []struct{ path, text, want string }{
		{"lwcon.yaml", "hex:00", "hex:00"},
		{"lwcon.yaml", "s3cr3t!", "text:s3cr3t!"},
		{"lwcon.yaml", "file:keys/a.pem", "file:keys/a.pem"},
		{"sub/lwcon.yaml", "file:a.pem", "file:" + filepath.Join(must(os.Getwd()), "a.pem")},
		{"lwcon.yaml", "file:/etc/a.pem", "file:/etc/a.pem"},
	} {
		if got := Relative(c.path, "", c.text); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.text, c.path, got, c.want)
		}
	}
}

func TestListsAreImported(t *testing.T) {
	key := newKey(t)
	point := must(key.PublicKey.Bytes())
	for _, c := range []struct{ name, text, want string }{
		{"lines", "# keys\ndev1:0001\nurn:imei:2:0002\ndev3:text:abc\n", "dev1 psk dev1 2 octets, hex|urn:imei:2 psk urn:imei:2 2 octets, hex|dev3 psk dev3 3 octets, text"},
		{"csv", "identity,key\nid1,0001\n", "id1 psk id1 2 octets, hex"},
		{"csv without header", "ep1,id1,base64:AAE=\n\"ep,2\", id2, 0002\n", "ep1 psk id1 2 octets, base64|ep,2 psk id2 2 octets, hex"},
		{"csv of semicolons", "key;endpoint\n0001;ep1\n", "ep1 psk ep1 2 octets, hex"},
		{"json", `[{"endpoint":"a","tls":{"mode":"psk","details":{"identity":"i","key":"0001"}}},{"endpoint":"b","tls":{"mode":"x509"}}]`, "a psk i 2 octets, hex|b x509 b whatever certificate a trust anchor signed"},
		{"older json", `{"endpoint":"a","psk":{"identity":"i","key":"0001"}}`, "a psk i 2 octets, hex"},
		{"json of a point", `[{"endpoint":"a","rpk":{"x":"` + hexOf(point[1:33]) + `","y":"` + hexOf(point[33:]) + `","params":"secp256r1"}}]`, "a rpk " + must(publicKeyOf(key)).Fingerprint() + " P-256, 91 octets, EC point, hex"},
		{"json of oscore", `[{"endpoint":"a","oscore":{"sid":"01","rid":"02","msec":"0102"}}]`, "a oscore hex:02 2 octets, hex"},
		{"yaml", "lwcon: 1\ndevices: {a: {endpoint: b, psk: {key: 'hex:0001'}}}", "b psk b 2 octets, hex"},
	} {
		got, err := Import("list", []byte(c.text), "", "", Sources{})
		var shown []string
		for _, x := range got {
			identity, key := x.Shown()
			shown = append(shown, x.Endpoint+" "+x.ModeName()+" "+identity+" "+key)
		}
		if s := strings.Join(shown, "|"); err != nil || s != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, s, err, c.want)
		}
	}
}

func TestErrorsOfListsNameTheLineAndNoKey(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"dev1" + marker, "list:1:1: expected IDENTITY:KEY, found no colon"},
		{"dev1:00\ndev2:" + marker + "0", "list:2:1: key: hex: expected an even number of digits, found 33"},
		{"a,b,c,d\n", "list:1:1: expected 3 columns (endpoint, identity, key), found 4"},
		{"identity,key\na," + marker + "xx", "list:2:1: key: hex: expected hex digits, found something else at character 33"},
		{"identity,key\na,\"" + marker, "list:2:"},
		{"[", "list: expected JSON, found something else at octet 1"},
		{`[{"endpoint":5}]`, "found JSON of another shape"},
		{`[{}]`, "list: element 1 (): expected endpoint, found none"},
		{`[{"endpoint":"a"}]`, "list: element 1 (a): expected tls, psk, rpk, x509 or oscore, found none"},
		{`[{"endpoint":"a","tls":{"mode":"kps"}}]`, `mode: expected psk, rpk or x509, found "kps"`},
		{`[{"endpoint":"a","tls":{"mode":"psk","details":"` + marker + `"}}]`, "details: expected identity and key"},
		{`[{"endpoint":"a","rpk":{"key":"` + marker + `"}}]`, "rpk: expected a public key"},
		{"devices: {a: {psk: {key: " + marker + "}}}", "list:1:26: devices.a.psk.key: expected hex:"},
	} {
		_, err := Import("list", []byte(c.text), "", "", Sources{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), marker) {
			t.Errorf("%.30s: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	rpk := must(publicKeyOf(newKey(t)))
	list := []*Credential{
		pskOf("dev1", "dev1", "key one"),
		pskOf("urn:imei:2", "\xff\x00", "key two"),
		{Endpoint: "dev3", Mode: transport.RawPublicKey, PublicKey: rpk},
		{Endpoint: "dev4", Mode: transport.Certificate, Name: "dev4"},
		{Endpoint: "dev6", Mode: transport.NoSecurity, OSCORE: &OSCORE{Secret: NewSecret([]byte("master"), "text"), SenderID: []byte{1}, RecipientID: []byte{2}}},
		{Endpoint: "dev5", Mode: transport.Certificate, Certificate: certificateOf(t, newKey(t), "five")},
		{Endpoint: "dev7", Mode: transport.NoSecurity, OSCORE: &OSCORE{
			Secret: NewSecret([]byte("other"), "text"), SenderID: []byte{1}, Salt: []byte{9}, IDContext: []byte{7}, Algorithm: "AES-CCM-16-64-128", HKDF: "SHA-256",
		}},
	}
	for format, left := range map[string]int{FormatYAML: 0, FormatJSON: 2, FormatCSV: 5, FormatLines: 5} {
		text, missing, err := Export(format, list)
		if err != nil || missing != left {
			t.Errorf("%s: %d are left out, %v; want %d", format, missing, err, left)
			continue
		}
		again, err := Import("list", text, "", "", Sources{})
		if err != nil || len(again) != len(list)-left {
			t.Errorf("%s: %d come back, %v\n%s", format, len(again), err, text)
			continue
		}
		for i, c := range again {
			if c.ModeName() != list[i].ModeName() || c.Key.octets != list[i].Key.octets || c.Identity != list[i].Identity {
				t.Errorf("%s: %d is another: %+v", format, i, c)
			}
			if a, b := c.OSCORE, list[i].OSCORE; a != nil && (a.Secret.octets != b.Secret.octets || !bytes.Equal(a.SenderID, b.SenderID) ||
				!bytes.Equal(a.RecipientID, b.RecipientID) || !bytes.Equal(a.Salt, b.Salt) || !bytes.Equal(a.IDContext, b.IDContext) ||
				a.Algorithm != b.Algorithm || a.HKDF != b.HKDF) {
				t.Errorf("%s: another context: %+v", format, a)
			}
		}
	}
}

func FuzzImport(f *testing.F) {
	for _, seed := range []string{
		"dev1:0001\n", "identity,key\na,00", "a;b;00", `[{"endpoint":"a","psk":{"identity":"i","key":"0001"}}]`,
		"lwcon: 1\ndevices: {a: {psk: {key: 'hex:00'}}}",
	} {
		f.Add([]byte(seed))
	}
	none := Sources{Directory: "/nonexistent", Getenv: func(string) (string, bool) { return "", false }}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := Import("list", text, "", "", none)
		if err != nil {
			return
		}
		exported, left, err := Export(FormatYAML, list)
		if err != nil {
			return // the same endpoint or identity twice
		}
		again, err := Import("list", exported, FormatYAML, "", none)
		if err != nil || len(again) > len(list)-left {
			t.Errorf("%q: what is exported does not come back: %v\n%s", text, err, exported)
		}
	})
}
