package device

import (
	"strconv"
	"time"

	"lwcon/lwm2m"
)

// execution is what an executable resource does by its profile.
type execution struct {
	does  act
	fail  Status        // the answer instead, 0: none
	delay time.Duration // before the answer
}

// act is one thing that an Execute can do.
type act uint8

const (
	actNothing         act = iota
	actReboot              // /3/x/4
	actFactoryReset        // /3/x/5
	actResetErrors         // /3/x/12
	actDisable             // /1/x/4
	actUpdate              // /1/x/8
	actBootstrap           // /1/x/9
	actUpdateFirmware      // /5/x/2
	actCancelFirmware      // /5/x/10
	actResetValues         // /3441/x/0, /3442/x/0
	actRandomizeValues     // /3441/x/1, /3442/x/1
	actClearValues         // /3441/x/2, /3442/x/2
	actKeepArguments       // /3441/x/3, /3442/x/3
)

// actNames are the words for acts in a profile.
var actNames = [...]string{
	actNothing:      "nothing",
	actReboot:       "reboot",
	actFactoryReset: "factory-reset",
	actResetErrors:  "reset-errors",
	actDisable:      "disable",
	actUpdate:       "update",
	actBootstrap:    "bootstrap",

	actUpdateFirmware:  "update-firmware",
	actCancelFirmware:  "cancel-firmware",
	actResetValues:     "reset-values",
	actRandomizeValues: "randomize-values",
	actClearValues:     "clear-values",
	actKeepArguments:   "keep-arguments",
}

// standardAct is what the specification says that an executable resource does.
func standardAct(objectID, resource uint16) act {
	switch lwm2m.NewPath(objectID, 0, resource) {
	case lwm2m.NewPath(objectServer, 0, serverDisable):
		return actDisable
	case lwm2m.NewPath(objectServer, 0, serverUpdate):
		return actUpdate
	case lwm2m.NewPath(objectServer, 0, serverBootstrap):
		return actBootstrap
	case lwm2m.NewPath(objectDevice, 0, deviceReboot):
		return actReboot
	case lwm2m.NewPath(objectDevice, 0, deviceFactoryReset):
		return actFactoryReset
	case lwm2m.NewPath(objectDevice, 0, deviceResetErrors):
		return actResetErrors
	case lwm2m.NewPath(objectFirmware, 0, lwm2m.FirmwareUpdate):
		return actUpdateFirmware
	case lwm2m.NewPath(objectFirmware, 0, lwm2m.FirmwareCancel):
		return actCancelFirmware
	}
	if (objectID == objectTest10 || objectID == objectTest11) && resource <= testKeepArguments {
		return actResetValues + act(resource)
	}
	return actNothing
}

// Resources of object 3 that the device acts upon. Spec: Core 1.2 §E.4.
const (
	deviceFirmware     = 3
	deviceReboot       = 4
	deviceFactoryReset = 5
	deviceErrors       = 11
	deviceResetErrors  = 12
	deviceBinding      = 16
)

// defaultDisableTimeout holds where /1/x/5 is absent. Spec: Core 1.2 §E.2.
const defaultDisableTimeout = 86400 * time.Second

// Execute executes a resource with the arguments as sent. What it leads to beyond the values of the device
// is in Result.Effects.
//
//	2.04 done, or as the profile says
//	4.00 arguments that cannot be read
//	4.01 object 0, 21 or 23, or no right    4.04 not there
//	4.05 not the path of an executable resource
//
// Spec: Core 1.2 §6.3.5.
func (d *Device) Execute(server uint16, p lwm2m.Path, arguments string) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.reach(server, p); r.Status != 0 {
		return r
	}
	if p.Level() != lwm2m.LevelResource {
		return refuse(MethodNotAllowed, "%s: expected a resource", p)
	}
	e := d.tree.find(p).one(p.Resource())
	if e == nil || e.kind != executable {
		return refuse(MethodNotAllowed, "%s is not executable", p)
	}
	if !d.tree.may(server, rightExecute, p.Object(), p.ObjectInstance()) {
		return refuse(Unauthorized, "%s: server %d has no right to execute", p, server)
	}
	parsed, _, err := lwm2m.ParseArguments(arguments)
	if err != nil {
		return refuse(BadRequest, "%s: %v", p, err)
	}
	if e.execution.fail != 0 {
		return Result{Status: e.execution.fail, Reason: p.String() + " fails by the profile", Delay: e.execution.delay}
	}
	r := d.act(e.execution.does, p, parsed)
	r.Delay = e.execution.delay
	return r
}

// act does what an execution does.
func (d *Device) act(a act, p lwm2m.Path, arguments []lwm2m.Argument) Result {
	r := Result{Status: Changed}
	account := d.tree.find(p)
	var server uint16
	if p.Object() == objectServer {
		server = uint16(account.integer(serverID))
	}
	effect := func(k EffectKind) { r.Effects = append(r.Effects, Effect{Kind: k, Server: server, Path: p}) }
	switch a {
	case actReboot:
		effect(EffectReboot)
	case actFactoryReset:
		d.newAttempt(false)
		r = d.commit(d.profile.tree, lwm2m.Path{}, r)
		d.detach(lwm2m.Path{})
		effect(EffectFactoryReset)
	case actResetErrors:
		in := account.with(deviceErrors, []entry{
			{resource: deviceErrors, kind: multiple},
			{resource: deviceErrors, kind: resourceInstance, value: lwm2m.IntegerValue(0)},
		})
		return d.commit(d.tree.with(p.Object(), in), p.Parent().Child(deviceErrors), r)
	case actDisable:
		effect(EffectDisable)
		r.Effects[0].Duration = defaultDisableTimeout
		if s := account.integer(serverDisableTimeout); s >= 0 {
			r.Effects[0].Duration = time.Duration(min(s, maxSeconds)) * time.Second
		}
	case actUpdate:
		if reason := d.noTransport(account, arguments); reason != "" {
			return refuse(BadRequest, "%s: %s", p, reason)
		}
		effect(EffectUpdate)
	case actBootstrap:
		effect(EffectBootstrap)
	case actUpdateFirmware:
		return d.updateFirmware(p)
	case actCancelFirmware:
		return d.cancelFirmware(p)
	case actResetValues, actRandomizeValues, actClearValues, actKeepArguments:
		return d.actOnTestObject(a, p, arguments)
	}
	return r
}

// noTransport says why the transport that a Registration Update Trigger asks for
// by its argument 0 cannot be, "" if it can: it must be one of the account's
// binding; UDP always is. Spec: Core 1.2 §E.2, from 1.2 on.
func (d *Device) noTransport(account *instance, arguments []lwm2m.Argument) string {
	for _, a := range arguments {
		if a.ID != 0 || d.Version() < lwm2m.V1_2 {
			continue
		}
		binding := lwm2m.Binding(account.text(serverBinding))
		if a.Value != "U" && (len(a.Value) != 1 || !binding.Has(a.Value[0])) {
			return "expected a transport of the binding " + string(binding) + ", found " + strconv.Quote(a.Value)
		}
	}
	return ""
}

// maxSeconds is the longest time that a duration can hold, in seconds.
const maxSeconds = int64(1<<63-1) / int64(time.Second)
