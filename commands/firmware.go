package commands

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
	"lwcon/session"
	"lwcon/session/files"
)

// firmwareSpec is where the object is described.
const firmwareSpec = "Core 1.1 §E.6 (object 5)"

// firmwarePushCommand pushes a package.
func firmwarePushCommand() *Command {
	return &Command{
		Name: "firmware push", Group: GroupServer, Roles: ServerRole,
		Summary: "write a package to a device and follow what becomes of it",
		Help: `State and Update Result are observed, or read where the device does not let them be, over reboot and Register too.
Whatever was there before is reset first. A push that broke off says with which --resume it goes on.`,
		Spec: firmwareSpec,
		Parameters: slices.Concat([]Parameter{
			{Name: "file", Kind: KindFile, Positional: true, Required: true, Summary: "the package"},
			{Name: "block", Kind: KindEnum, Values: []string{"16", "32", "64", "128", "256", "512", "1024"}, Summary: "octets of a block, instead of that of the link"},
			{Name: "resume", Kind: KindCount, Summary: "go on with this block, without a reset"},
		}, untilParameters(), followParameters()),
		Examples: []string{
			"firmware push image.bin",
			"firmware push image.bin --block 256 --until updated",
			"firmware push corrupt.bin --expect-result 5",
			"firmware push image.bin --block 256 --resume 117",
		},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			image, err := env.file(packageName(args))
			if err != nil {
				return nil, err
			}
			block, _ := strconv.Atoi(args.Text("block"))
			return env.firmware(ctx, args, emit, func(ctx context.Context, e *session.Endpoint, o session.FirmwareOptions) (*session.FirmwareReport, error) {
				return session.PushFirmware(ctx, e, image, session.FirmwarePushOptions{
					FirmwareOptions: o, BlockSize: block, FirstBlock: uint32(args.Count("resume")),
				})
			})
		},
	}
}

// packageName is the file of a package; "@" before it says the same.
func packageName(args Args) string { return strings.TrimPrefix(args.Text("file"), "@") }

// firmwarePullCommand has a package pulled.
func firmwarePullCommand() *Command {
	return &Command{
		Name: "firmware pull", Group: GroupServer, Roles: ServerRole,
		Summary: "serve a package, tell a device where it is and follow what becomes of it",
		Help: `The file is served by CoAP on every listener at /fw/NAME, or by HTTP on a port of its own, as long as the command runs.
A URI in place of the file is written as it is, and nothing is served: for another download server, or a wrong URI.`,
		Spec: firmwareSpec,
		Parameters: slices.Concat([]Parameter{
			{Name: "file", Kind: KindFile, Word: "FILE | URI", Positional: true, Required: true, Summary: "the package, or where the device finds it"},
			{Name: "advertise", Kind: KindText, Word: "HOST[:PORT]", Summary: "what the URI names, instead of that of the flag of the program, or of the address at which the device reaches lwcon"},
			{Name: "scheme", Kind: KindEnum, Values: []string{"coap", "http"}, Summary: "how to serve it, instead of CoAP where the device has that"},
			{Name: "cut-after", Kind: KindCount, Summary: "answer nothing any more after so many blocks, as though the connection were lost"},
		}, untilParameters(), followParameters()),
		Examples: []string{
			"firmware pull image.bin",
			"firmware pull image.bin --scheme http --until updated",
			"firmware pull image.bin --cut-after 10 --expect-result 4",
			"firmware pull ftp://192.0.2.1/image.bin --expect-result 9",
		},
		Run: runFirmwarePull,
	}
}

func runFirmwarePull(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
	o := session.FirmwarePullOptions{
		Advertise: env.advertise(args), HTTP: args.Text("scheme") == "http", CoAP: args.Text("scheme") == "coap",
	}
	if name := packageName(args); strings.Contains(name, "://") {
		o.URI = name
	} else {
		image, err := env.file(name)
		if err != nil {
			return nil, err
		}
		o.File = files.File{Name: name, Content: bytes.NewReader(image), Size: int64(len(image)), CutAfter: args.Count("cut-after")}
	}
	return env.firmware(ctx, args, emit, func(ctx context.Context, e *session.Endpoint, common session.FirmwareOptions) (*session.FirmwareReport, error) {
		o.FirmwareOptions = common
		return session.PullFirmware(ctx, e, o)
	})
}

// advertise is where a device is told to reach us: by the flag of a command, else by
// that of the program; "" is where its messages came in.
func (env *Env) advertise(args Args) string {
	return cmp.Or(args.Text("advertise"), env.Sessions.Advertise())
}

// firmwareUpdateCommand installs a package.
func firmwareUpdateCommand() *Command {
	return &Command{
		Name: "firmware update", Group: GroupServer, Roles: ServerRole,
		Summary:    "have a device install the package that it has, and follow it over the reboot",
		Spec:       firmwareSpec,
		Parameters: slices.Concat(updateParameters(), followParameters()),
		Examples:   []string{"firmware update", "firmware update --update-timeout 20m", "firmware update --expect-result 8"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			return env.firmware(ctx, args, emit, session.UpdateFirmware)
		},
	}
}

// firmwareStatusCommand tells how a device stands.
func firmwareStatusCommand() *Command {
	return &Command{
		Name: "firmware status", Group: GroupServer, Roles: ServerRole,
		Summary:    "show what a device says of its firmware update object, with the meaning of State and Result",
		Spec:       firmwareSpec,
		Parameters: followParameters(),
		Examples:   []string{"firmware status", "firmware status --expect-result 1"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			return env.firmware(ctx, args, emit, session.ReadFirmware)
		},
	}
}

// firmwareResetCommand sets the state machine back.
func firmwareResetCommand() *Command {
	return &Command{
		Name: "firmware reset", Group: GroupServer, Roles: ServerRole,
		Summary:    "set the state machine of a device back to idle",
		Help:       `An empty Package URI is written; where that is refused or leads to nothing, a NUL octet as Package.`,
		Spec:       firmwareSpec,
		Parameters: followParameters(),
		Examples:   []string{"firmware reset"},
		Run: func(ctx context.Context, env *Env, args Args, emit Emit) (Result, error) {
			return env.firmware(ctx, args, emit, session.ResetFirmware)
		},
	}
}

// untilParameters are those of a download that an update can follow.
func untilParameters() []Parameter {
	return append([]Parameter{
		{Name: "until", Kind: KindEnum, Values: []string{"downloaded", "updated"}, Default: "downloaded", Summary: "how far to go; updated installs the package; it is also the default with an --expect-result of 1, 8 or 11"},
		{Name: "download-timeout", Kind: KindDuration, Summary: "how long the download may take; default is as long as it gets on, and 5 minutes without"},
	}, updateParameters()...)
}

// updateParameters are those of an installation.
func updateParameters() []Parameter {
	return []Parameter{
		{Name: "update-timeout", Kind: KindDuration, Summary: "how long the installation may take, with reboot and Register; default 10m"},
	}
}

// followParameters are those of all commands of the object.
func followParameters() []Parameter {
	return []Parameter{
		{Name: "expect-result", Kind: KindCount, Summary: "the Update Result to end with, instead of success"},
	}
}

// firmware runs one of these commands on the device of the environment.
func (env *Env) firmware(ctx context.Context, args Args, emit Emit, do func(context.Context, *session.Endpoint, session.FirmwareOptions) (*session.FirmwareReport, error)) (Result, error) {
	t, err := env.target(ctx, args)
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	o := session.FirmwareOptions{
		RequestOptions: t.options, DownloadTimeout: args.Duration("download-timeout"), UpdateTimeout: args.Duration("update-timeout"),
		Followed: func(p session.FirmwareProgress) {
			if failed == nil {
				if failed = emit(FirmwareProgress{p}); failed != nil {
					cancel()
				}
			}
		},
	}
	if args.Text("until") == "updated" {
		o.Until = session.UntilUpdated
	}
	if args.Has("expect-result") {
		expected := lwm2m.FirmwareResult(min(args.Count("expect-result"), 255))
		o.Expect = &expected
		installs := expected == lwm2m.FirmwareSuccess || expected == lwm2m.FirmwareUpdateFailed || expected == lwm2m.FirmwareDeferred
		if installs && !args.Has("until") {
			o.Until = session.UntilUpdated
		}
	}
	report, err := do(running, t.endpoint, o)
	if failed != nil {
		err = failed
	}
	if report == nil {
		return nil, err
	}
	return &Firmware{report}, err
}
