package device

import "testing"

func TestStatusIsTheOctetOfTheCode(t *testing.T) {
	for code, s := range map[string]Status{
		"2.01": Created, "2.02": Deleted, "2.04": Changed, "2.05": Content, "4.00": BadRequest, "4.01": Unauthorized,
		"4.04": NotFound, "4.05": MethodNotAllowed, "4.06": NotAcceptable, "4.13": RequestEntityTooLarge,
		"4.15": UnsupportedContentFormat, "5.00": InternalServerError, "5.01": NotImplemented, "5.03": ServiceUnavailable,
	} {
		if s.String() != code {
			t.Errorf("%d is %s, want %s", s, s, code)
		}
		if back, err := ParseStatus(code); err != nil || back != s {
			t.Errorf("ParseStatus(%q) = %d, %v, want %d", code, back, err, s)
		}
	}
	if !Content.Success() || NotFound.Success() || Status(0).String() != "" {
		t.Error("2.05 is a success, 4.04 is none, and 0 stands for none")
	}
}

func TestParseStatusRefusesWhatIsNoCode(t *testing.T) {
	for _, text := range []string{"", "4", "4.5", "405", "4.32", "8.00", "4.005", "x.01", "4.0x", " 4.05"} {
		if s, err := ParseStatus(text); err == nil {
			t.Errorf("ParseStatus(%q) = %s, want an error", text, s)
		}
	}
}
