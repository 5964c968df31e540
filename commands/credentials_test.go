package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretMarker stands in every key of these tests: it must be seen nowhere.
const secretMarker = "5ec4e75ec4e75ec4e75ec4e75ec4e7aa"

// keyring is an Env with a configuration of its own, kept in a file.
func keyring(t *testing.T) (env *Env, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "lwcon.yaml")
	c, err := LoadConfiguration(false, path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Config{Credentials: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	return &Env{Table: All(), Sessions: s}, path
}

// run runs a line of which nothing may show the marker.
func discreet(t *testing.T, env *Env, line string) (Result, error) {
	t.Helper()
	r, events, err := runLine(t, env, t.Context(), line)
	said := ""
	if r != nil {
		said += string(r.AppendJSON(nil))
	}
	for _, e := range events {
		said += string(e.AppendJSON(nil))
	}
	if err != nil {
		said += err.Error() + string(Classify(err).AppendJSON(nil))
	}
	if strings.Contains(strings.ToLower(said), secretMarker) {
		t.Errorf("%s: shows the key: %s", line, said)
	}
	return r, err
}

func TestCredentialsAreAddedListedAndRemoved(t *testing.T) {
	env, path := keyring(t)
	store := env.Sessions.Credentials().Store
	r, err := discreet(t, env, "credentials add urn:imei:1 --alias bench --identity dev1 --key hex:"+secretMarker)
	if err != nil {
		t.Fatal(err)
	}
	if notes := r.(*CredentialsChanged).Notes; len(notes) != 1 || notes[0] != "made "+path+", closed to others" {
		t.Errorf("notes %q", notes)
	}
	if _, ok := store.PSK([]byte("dev1")); !ok {
		t.Error("it does not hold at once")
	}
	text, err := os.ReadFile(path)
	if want := "lwcon: 1\ndevices:\n  bench: {endpoint: \"urn:imei:1\", psk: {identity: dev1, key: \"hex:" + secretMarker + "\"}}\n"; err != nil || string(text) != want {
		t.Errorf("the file is\n%s%v", text, err)
	}
	r, _ = discreet(t, env, "credentials list")
	m := fields(t, r)["credentials"].([]any)[0].(map[string]any)
	for key, want := range map[string]any{"endpoint": "urn:imei:1", "alias": "bench", "mode": "psk", "identity": "dev1", "key": "16 octets, hex", "octets": 16.0, "from": "lwcon.yaml"} {
		if m[key] != want {
			t.Errorf("%s: %v, want %v", key, m[key], want)
		}
	}
	again, err := LoadConfiguration(false, path)
	if err != nil || len(again.Store.Credentials()) != 1 {
		t.Errorf("the file read again: %v", err)
	}
	for _, who := range []string{"nobody", "ben"} {
		if _, err := discreet(t, env, "credentials remove "+who); err == nil || !strings.Contains(err.Error(), "nobody is known by that name") {
			t.Errorf("%s: %v", who, err)
		}
	}
	if _, err := discreet(t, env, "credentials remove bench"); err != nil {
		t.Fatal(err)
	}
	if _, ok := store.PSK([]byte("dev1")); ok {
		t.Error("it is still known")
	}
	if text, _ = os.ReadFile(path); string(text) != "lwcon: 1\ndevices: {}\n" {
		t.Errorf("the file is\n%s", text)
	}
}

func TestUnsavedCredentialsLeaveTheFileAlone(t *testing.T) {
	env, path := keyring(t)
	if _, err := discreet(t, env, "credentials add dev1 --key hex:"+secretMarker+" --unsaved"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file")
	}
	if _, ok := env.Sessions.Credentials().Store.PSK([]byte("dev1")); !ok {
		t.Error("it is not known")
	}
}

func TestAnOSCOREContextIsKeptListedAndNeverShown(t *testing.T) {
	env, path := keyring(t)
	line := "credentials add dev5 --oscore hex:" + secretMarker + " --sender-id hex:01 --recipient-id '' --salt hex:9e7c --id-context hex:37cb"
	if _, err := discreet(t, env, line); err != nil {
		t.Fatal(err)
	}
	want := "lwcon: 1\ndevices:\n  dev5: {oscore: {secret: \"hex:" + secretMarker + "\", salt: \"hex:9e7c\", sender-id: \"hex:01\", " +
		"recipient-id: \"hex:\", id-context: \"hex:37cb\"}}\n"
	if text, err := os.ReadFile(path); err != nil || string(text) != want {
		t.Errorf("the file is\n%s%v", text, err)
	}
	r, _ := discreet(t, env, "credentials list")
	m := fields(t, r)["credentials"].([]any)[0].(map[string]any)
	if m["mode"] != "oscore" || m["identity"] != "hex:01" || m["key"] != "16 octets, hex" {
		t.Errorf("listed as %v", m)
	}
	again, err := LoadConfiguration(false, path)
	if err != nil || again.Store.Err() != nil {
		t.Fatalf("%v, %v", err, again.Store.Err())
	}
	c := again.Store.Credentials()[0].OSCORE
	if string(c.Salt) != "\x9e\x7c" || string(c.IDContext) != "\x37\xcb" || len(c.RecipientID) != 0 || c.Secret.Len() != 16 {
		t.Errorf("read again: %+v", c)
	}
	if _, err := discreet(t, env, "credentials remove dev5"); err != nil {
		t.Error(err)
	}
}

func TestWrongCredentialsAreRefusedInWords(t *testing.T) {
	env, path := keyring(t)
	if _, err := discreet(t, env, "credentials add dev0 --identity taken --key hex:00"); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	for line, want := range map[string]string{
		"dev1":                            "expected one of --key, --public-key, --certificate, --subject and --oscore, found 0",
		"dev1 --key hex:00 --salt hex:00": "--salt belongs to an OSCORE context: expected --oscore, found --key",
		"dev1 --oscore hex:00 --sender-id hex:01":                                   "expected --recipient-id with --oscore, found none",
		"dev1 --oscore hex:00 --sender-id hex:01 --recipient-id hex:01":             "expected another id than sender-id",
		"dev1 --oscore hex:00 --sender-id hex:0102030405060708 --recipient-id hex:": "sender-id: expected at most 7 octets, found 8",
		"dev1 --oscore hex: --sender-id hex:01 --recipient-id hex:":                 "secret: expected a secret, found 0 octets",
		"dev1 --key hex:00 --subject x":                                             "found 2",
		"dev1 --subject x --identity y":                                             "--identity belongs to a pre-shared key",
		"dev1 --key " + secretMarker:                                                "hex (16 octets), base64 (24 octets) or text (32 octets)",
		"dev1 --key hex:":                                                           "expected a key of 1 to 64 octets, found 0 (hex)",
		"dev1 --key hex:" + secretMarker + "0":                                      "expected an even number of digits, found 33",
		"dev1 --key text:" + strings.Repeat("x", 65):                                "expected a key of 1 to 64 octets, found 65 (text)",
		"dev1 --key hex:00 --identity \xff":                                         "expected UTF-8",
		"dev1 --key hex:00 --identity taken":                                        "identity taken is that of dev0 already",
		"dev1 --public-key hex:" + secretMarker:                                     "expected a public key",
		"dev1 --certificate file:none.pem":                                          "no such file",
	} {
		_, err := discreet(t, env, "credentials add "+line)
		if err == nil || !strings.Contains(err.Error(), want) || ExitStatus(nil, err) != ExitUsage {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("the file has changed:\n%s", after)
	}
}

func TestListsGoInAndOut(t *testing.T) {
	env, path := keyring(t)
	directory := filepath.Dir(path)
	list := filepath.Join(directory, "list.csv")
	if err := os.WriteFile(list, []byte("endpoint,identity,key\ndev1,one,"+secretMarker+"\ndev2,two,"+secretMarker+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := discreet(t, env, "credentials import "+list); err != nil || len(r.(*CredentialsChanged).Credentials) != 2 {
		t.Fatal(err)
	}
	out := filepath.Join(directory, "out.json")
	if _, err := discreet(t, env, "credentials export --as-format json "+out); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(out)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := discreet(t, env, "credentials export "+out); err == nil || !strings.Contains(err.Error(), "expected a new file") {
		t.Errorf("a file that is there: %v", err)
	}
	if _, err := discreet(t, env, "credentials export -"); err == nil || !strings.Contains(err.Error(), "not written to standard output") {
		t.Errorf("standard output: %v", err)
	}
	other, _ := keyring(t)
	if _, err := discreet(t, other, "credentials import --unsaved "+out); err != nil || len(other.Sessions.Credentials().Store.Credentials()) != 2 {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(list, []byte("dev1,"+secretMarker+"\ndev2,"+secretMarker+"0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := discreet(t, env, "credentials import "+list); err == nil || !strings.Contains(err.Error(), ":2:1: key: hex: expected an even number") {
		t.Errorf("a line that is wrong: %v", err)
	}
}

func TestWhatStandsAgainstSecurePeersIsSaid(t *testing.T) {
	env, path := keyring(t)
	c := env.Sessions.Credentials()
	if err := Classify(c.Ready("listen coaps://:5684")); err == nil || err.Kind != ConfigError || !strings.Contains(err.Hint, "keys new") {
		t.Errorf("no credentials: %v", err)
	}
	if err := c.AddPSK("dev1=hex:00"); err != nil || c.Ready("listen") != nil {
		t.Errorf("one key: %v, %v", err, c.Ready("listen"))
	}
	text := "devices:\n  a: {psk: {key: \"env:LWCON_TEST_NONE\"}}\n  b: {rpk: {public-key: \"file:none.pem\"}}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfiguration(false, path)
	if err != nil {
		t.Fatalf("what is looked up later is no mistake of the file: %v", err)
	}
	wrong := Classify(c.Ready("listen"))
	if wrong == nil || !strings.Contains(wrong.Message, path+":2:18: devices.a.psk.key: env:LWCON_TEST_NONE") || !strings.Contains(wrong.Message, path+":3:25: devices.b.rpk.public-key: ") {
		t.Errorf("found %v", wrong)
	}
}
