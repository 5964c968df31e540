package device

import (
	"testing"
	"time"

	"lwcon/lwm2m"
)

// dice reads choices from the octets of a fuzz input.
type dice struct{ octets []byte }

// of returns a number below n.
func (d *dice) of(n int) int {
	if len(d.octets) == 0 {
		return 0
	}
	x := int(d.octets[0]) % n
	d.octets = d.octets[1:]
	return x
}

// path makes a path of ids that mostly lead somewhere.
func (d *dice) path() lwm2m.Path {
	ids := [...][]uint16{
		{0, 1, 2, 3, 5, 16, 3303, 3306, 3336, 3442, 4711},
		{0, 1, 2, lwm2m.AnyID},
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 110, 120, 170, 1120, 5700, 5850},
		{0, 1, 5, lwm2m.AnyID},
	}
	p := lwm2m.Path{}
	for level := range d.of(5) {
		p = p.Child(ids[level][d.of(len(ids[level]))])
	}
	return p
}

// nodes makes a payload for a path, not always a fitting one.
func (d *dice) nodes(p lwm2m.Path) []lwm2m.Node {
	values := []lwm2m.Value{
		{},
		lwm2m.IntegerValue(1), lwm2m.IntegerValue(-1), lwm2m.FloatValue(0.5), lwm2m.StringValue("U"), lwm2m.StringValue(""),
		lwm2m.BooleanValue(true), lwm2m.OpaqueValue("x"), lwm2m.TimeValue(9), lwm2m.ObjectLinkValue(3, 0), lwm2m.ObjectLinkValue(9, 9),
		lwm2m.UnsignedValue(1 << 63), lwm2m.CoreLinkValue("</3>"),
	}
	var list []lwm2m.Node
	for range d.of(4) {
		q := d.path()
		if d.of(4) > 0 {
			q = p
			for q.Level() < 3+d.of(2) {
				q = q.Child([]uint16{0, 1, 2, 7, 14, 110, 1120, 5850}[d.of(8)])
			}
		}
		kind := lwm2m.KindValue
		if d.of(6) == 0 {
			kind = lwm2m.KindEmpty
		}
		list = append(list, lwm2m.NewNode(kind, q, values[d.of(len(values))], lwm2m.Span{}, 0))
	}
	return list
}

// operate does one operation on a device.
func (d *dice) operate(dev *Device, server uint16) Result {
	p := d.path()
	switch d.of(10) {
	case 0:
		return dev.Write(server, p, WriteMode(d.of(2)), d.nodes(p))
	case 1:
		return dev.Create(server, p, d.nodes(p))
	case 2:
		return dev.Delete(server, p)
	case 3:
		return dev.Execute(server, p, []string{"", "1", "x"}[d.of(3)])
	case 4:
		a := lwm2m.Attribute(d.of(int(lwm2m.HQMax) + 1))
		return dev.WriteAttributes(server, p, lwm2m.Attributes{}.Set(a, float64(d.of(20)-5)))
	case 5:
		return dev.WriteComposite(server, d.nodes(p))
	case 6:
		return dev.Discover(server, p, d.of(6)-1)
	case 7:
		return dev.ReadComposite(server, []lwm2m.Path{p, d.path()})
	case 8:
		return dev.Continue(p)
	}
	return dev.Read(server, p)
}

// Whatever servers ask: a refusal has a reason and changes nothing, what a
// device holds is of the right type, and an observation always knows when to
// look again.
func FuzzOperations(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz0123456789"))
	f.Add([]byte{2, 7, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 200, 100, 50, 25, 12, 6, 3, 1})
	profile, err := Parse("fuzz.yaml", bench12, registry(f))
	if err != nil {
		f.Fatal(err)
	}
	everything := []lwm2m.Path{{}}
	f.Fuzz(func(t *testing.T, octets []byte) {
		clock := &stopped{now: epoch}
		dev, err := New(Config{Profile: profile, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		d := &dice{octets}
		o, _ := dev.ObserveComposite(1, everything, lwm2m.Attributes{})
		for len(d.octets) > 0 {
			clock.now = clock.now.Add(time.Second)
			server := uint16(d.of(3))
			before := dev.tree
			r := d.operate(dev, server)
			if r.Status == 0 || !r.Status.Success() && (r.Reason == "" || dev.tree != before) {
				t.Fatalf("status %s, reason %q, changed: %v", r.Status, r.Reason, dev.tree != before)
			}
			if due, next := o.Due(clock.now); due {
				o.Notify(clock.now)
				if due, _ := o.Due(clock.now); due {
					t.Fatal("a notification is due right after another")
				}
			} else if !next.IsZero() && !next.After(clock.now) {
				t.Fatalf("nothing is due at %v, yet it is to be asked again at %v", clock.now, next)
			}
		}
		for _, n := range dev.ReadComposite(Local, everything).Nodes {
			if r := lwm2m.FindResource(dev, n.Path()); n.HasValue() && n.Value().Type() != r.Type {
				t.Fatalf("%s is of type %s, want %s", n.Path(), n.Value().Type(), r.Type)
			}
		}
	})
}
