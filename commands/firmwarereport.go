package commands

import (
	"fmt"
	"strconv"
	"time"

	"lwcon/lwm2m"
	"lwcon/session"
)

// Firmware is how a firmware update went, or what a device says of it.
//
//	{"command":"firmware push","endpoint":"dev1","path":"/5/0","reached":true,"verdict":"…","until":"updated",
//	 "state":0,"state-name":"idle","result":1,"result-name":"success","result-meaning":"the firmware was updated",
//	 "version":"2.0.0","version-before":"1.0.0","octets":5000,"total":5000,"seconds":12.3,"transfer":4.2,"rate":1190.5,
//	 "registered":true,"steps":[{"time":"…","state":1,"result":0,"how":"notification"}],"exchange":17}
//
// A pull has "uri" and "downloads", a push that broke off "resume" (the block to
// go on with), a refusal "code" and "diagnostic", an --expect-result
// "expected".
type Firmware struct{ *session.FirmwareReport }

// Refused says whether the goal, or the expected result, was missed.
func (f *Firmware) Refused() bool { return !f.Reached }

// AppendJSON appends the report as one JSON object.
func (f *Firmware) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("command", f.Operation)
	o.text("endpoint", f.Endpoint)
	o.text("path", f.Path.String())
	o.boolean("reached", f.Reached)
	o.text("verdict", f.Verdict)
	if f.transfers() {
		o.text("until", f.Goal.String())
	}
	if f.Expected != nil {
		o.integer("expected", int64(*f.Expected))
	}
	o.firmwareState(f.After.State, f.After.Result)
	o.text("state-meaning", f.After.State.Meaning())
	o.text("result-meaning", f.After.Result.Meaning())
	f.device(o)
	f.transfer(o)
	o.seconds("seconds", f.Duration)
	o.boolean("registered", f.Registered)
	o.list("steps", len(f.Steps), func(i int, in *object) {
		s := &f.Steps[i]
		in.moment("time", s.Time)
		in.integer("state", int64(s.State))
		in.integer("result", int64(s.Result))
		in.text("how", s.How)
	})
	if r := f.Refusal; r != nil {
		o.text("code", r.Code.String())
		if len(r.Payload) > 0 && r.Code.Class() >= 4 {
			o.text("diagnostic", string(r.Payload))
		}
	}
	o.deviations(f.Deviations)
	o.unsigned("exchange", f.Exchange)
	return o.end()
}

// transfers says whether it is a push or a pull.
func (f *Firmware) transfers() bool { return f.Total > 0 || f.URI != "" }

// firmwareState writes State and Result with their names.
func (o *object) firmwareState(s lwm2m.FirmwareState, r lwm2m.FirmwareResult) {
	o.integer("state", int64(s))
	o.text("state-name", s.String())
	o.integer("result", int64(r))
	o.text("result-name", r.String())
}

// device writes what the device says of itself.
func (f *Firmware) device(o *object) {
	a := &f.After
	o.optional("version", a.Version)
	o.optional("version-before", f.Before.Version)
	o.optional("package-name", a.PkgName)
	o.optional("package-version", a.PkgVersion)
	if a.HasDelivery {
		o.integer("delivery", int64(a.Delivery))
	}
	if a.Protocols != nil {
		o.key("protocols")
		o.b = append(o.b, '[')
		for i, p := range a.Protocols {
			o.b = strconv.AppendInt(separate(o.b, i), p, 10)
		}
		o.b = append(o.b, ']')
	}
}

// transfer writes how the package went to the device.
func (f *Firmware) transfer(o *object) {
	if !f.transfers() {
		return
	}
	o.integer("octets", f.Octets)
	if f.Total > 0 {
		o.integer("total", f.Total)
	}
	o.seconds("transfer", f.Transfer)
	o.number("rate", float64(int64(f.Rate()*10))/10)
	if f.URI != "" {
		o.text("uri", f.URI)
		o.integer("downloads", int64(f.Downloads))
	}
	if f.ResumeAt > 0 {
		o.integer("resume", int64(f.ResumeAt))
	}
}

// AppendText appends the report for people.
func (f *Firmware) AppendText(b []byte) []byte {
	outcome := "reached"
	if !f.Reached {
		outcome = "not reached"
	}
	b = fmt.Appendf(b, "%s  %s  %s\n", f.Operation, outcome, f.Verdict)
	if f.transfers() && f.Octets > 0 {
		b = fmt.Appendf(b, "transfer  %d octets in %v, %s\n", f.Octets, f.Transfer.Round(time.Millisecond), rate(f.Rate()))
	}
	if f.URI != "" {
		b = fmt.Appendf(b, "uri  %s\n", f.URI)
	}
	if f.After.Version != "" {
		b = fmt.Appendf(b, "version  %s\n", change(f.Before.Version, f.After.Version))
	}
	if f.After.PkgName != "" || f.After.PkgVersion != "" {
		b = fmt.Appendf(b, "package  %s %s\n", f.After.PkgName, f.After.PkgVersion)
	}
	if f.After.HasDelivery {
		b = fmt.Appendf(b, "delivery  %s%s\n", f.After.Delivery, schemes(f.After.Protocols))
	}
	if f.ResumeAt > 0 {
		b = fmt.Appendf(b, "resume  --resume %d goes on\n", f.ResumeAt)
	}
	for _, d := range f.Deviations {
		b = appendDeviation(b, &d)
	}
	return b
}

// change writes what something was and is.
func change(before, after string) string {
	if before == after || before == "" {
		return after
	}
	return after + ", before " + before
}

// appendDeviation writes a deviation for people: how grave it is, its rule, the path,
// what was found, and the section.
func appendDeviation(b []byte, d *lwm2m.Deviation) []byte {
	for _, r := range Rules() {
		if r.ID == d.Rule {
			return fmt.Appendf(b, "%s  %s %s: %s [%s]\n", r.Severity, d.Rule, d.Path, d.Message, r.Section)
		}
	}
	return fmt.Appendf(b, "deviation  %s\n", d)
}

// schemes writes the values of /5/x/8 that are known.
func schemes(protocols []int64) string {
	text := ""
	for i, p := range protocols {
		name, ok := lwm2m.FirmwareScheme(p)
		if !ok {
			name = strconv.FormatInt(p, 10)
		}
		if i == 0 {
			text += ", by " + name
		} else {
			text += ", " + name
		}
	}
	return text
}

// rate writes octets a second.
func rate(r float64) string {
	if r >= 10_000 {
		return fmt.Sprintf("%.1f kB/s", r/1000)
	}
	return fmt.Sprintf("%.0f B/s", r)
}

// FirmwareProgress tells how a firmware update goes on.
//
//	{"event":"firmware","time":"…","endpoint":"dev1","path":"/5/0","phase":"download","state":1,
//	 "state-name":"downloading","result":0,"result-name":"initial","octets":2304,"total":5000,"rate":1190.5,"remaining":2.3}
//
// "how" stands where State or Result changed, or the device registered: "read",
// "notification", "register".
type FirmwareProgress struct{ session.FirmwareProgress }

// AppendJSON appends the event as one JSON object.
func (p FirmwareProgress) AppendJSON(b []byte) []byte {
	o := beginObject(b)
	o.text("event", "firmware")
	o.moment("time", p.Time)
	o.text("endpoint", p.Endpoint)
	o.text("path", p.Path.String())
	o.text("phase", p.Phase)
	o.optional("how", p.How)
	o.firmwareState(p.State, p.Result)
	if p.Octets > 0 || p.Total > 0 {
		o.integer("octets", p.Octets)
		o.integer("total", p.Total)
		o.number("rate", float64(int64(p.Rate*10))/10)
	}
	if p.Remaining > 0 {
		o.seconds("remaining", p.Remaining)
	}
	return o.end()
}

// AppendText appends the event on a line for people.
func (p FirmwareProgress) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "firmware  %s  %s  %s  ", p.Endpoint, p.Time.UTC().Format("15:04:05.000Z"), p.Phase)
	if p.How == "register" {
		b = append(b, "registered anew, "...)
	}
	if p.How != "" || p.Total == 0 || p.Octets == 0 || p.Rate == 0 {
		return fmt.Appendf(b, "state %d %s, result %d %s\n", int(p.State), p.State, int(p.Result), p.Result)
	}
	b = fmt.Appendf(b, "%d of %d octets, %d %%, %s", p.Octets, p.Total, p.Octets*100/p.Total, rate(p.Rate))
	if p.Remaining > 0 {
		b = fmt.Appendf(b, ", %v remaining", p.Remaining.Round(time.Second))
	}
	return append(b, '\n')
}
