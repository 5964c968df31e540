package report

// Verdict is how a step or a scenario ended.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "PASS"
	PassWithNote Verdict = "PASS-WITH-NOTE" // only what is advisory differs
	Fail         Verdict = "FAIL"
	Inconclusive Verdict = "INCONCLUSIVE" // what it takes to tell was not there
	Skip         Verdict = "SKIP"         // not tried, or the device does not have it
)

// Verdicts are all verdicts, the better first.
func Verdicts() []Verdict { return []Verdict{Pass, PassWithNote, Fail, Inconclusive, Skip} }

// Passed says whether it is one of the two passes.
func (v Verdict) Passed() bool { return v == Pass || v == PassWithNote }
