package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProfilesOfTheConfigurationAreKnownToTheServer(t *testing.T) {
	read := func(text string) (*Sessions, error) {
		path := filepath.Join(t.TempDir(), "lwcon.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := LoadConfiguration(false, path)
		if err != nil {
			return nil, err
		}
		s, err := Open(t.Context(), Config{Credentials: c})
		if err == nil {
			t.Cleanup(func() { _ = s.Close(t.Context()) })
		}
		return s, err
	}
	s, err := read("profile-ids:\n  \"oma:thermometer\": [/1/0, /3/0, /3303/0]\n  \"6:27354b9a\": </1/0>,</3>;ver=1.2,</3/0>\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Server().Profiles(); len(got) != 2 || got[1].Objects != "</1/0>,</3/0>,</3303/0>" || got[0].Objects != "</1/0>,</3>;ver=1.2,</3/0>" {
		t.Errorf("got %+v", got)
	}
	_, err = read("profile-ids:\n  \"thermometer\": [/1/0]\n")
	if err == nil || !strings.Contains(err.Error(), `lwcon.yaml:2:3: profile-ids: profile "thermometer": expected oma:NAME`) {
		t.Errorf("got %v", err)
	}
}

func TestAProfileIsSetAndForgotten(t *testing.T) {
	live(t, func(b *bench) {
		b.do("set profile-id oma:thermometer=/1/0,/3/0")
		if got := b.do("set profile-id v:x=</1/0>").(*Settings); got.List[0].Value != "oma:thermometer=</1/0>,</3/0> v:x=</1/0>" {
			t.Errorf("got %+v", got.List)
		}
		if got := b.do("set profile-id oma:thermometer=").(*Settings); got.List[0].Value != "v:x=</1/0>" {
			t.Errorf("got %+v", got.List)
		}
		if _, _, err := b.try("set profile-id x"); ExitStatus(nil, err) != ExitUsage {
			t.Errorf("got %v", err)
		}
	})
}
