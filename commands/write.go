package commands

import (
	"context"

	"lwcon/lwm2m"
	"lwcon/session"
)

// writeCommand writes.
func writeCommand() *Command {
	return &Command{
		Name: "write", Aliases: []string{"w"}, Group: GroupServer, Roles: ServerRole,
		Summary: "write a resource, or replace or change the resources of an instance",
		Help: `The value of a resource stands behind its path. An instance, and a resource with instances, takes ID=VALUE words.
Without --partial what is there is replaced: writable resources that are not named vanish. Values are parsed by
the type of the resource; hex: text: base64: and file: (or @FILE) force a kind.`,
		Spec: "Core 1.2 §6.3.3",
		Parameters: []Parameter{
			pathParameter("what to write", lwm2m.Writable),
			{Name: "value", Kind: KindValue, Word: "VALUE | ID=VALUE", Positional: true, Required: true, Repeated: true, Summary: "what to write there", Complete: completeValues((*Env).places, lwm2m.Writable)},
			{Name: "partial", Kind: KindSwitch, Summary: "change what is named and leave the rest: POST instead of PUT"},
			writeFormatParameter(),
			typeParameter(),
			nonParameter(),
		},
		Examples: []string{
			"write /3/0/14 +02:00",
			"write /1/0 1=300 6=true --partial",
			"write /5/0/0 @firmware.bin",
			"write Device/0/UTCOffset +01:00 --format senml-json",
		},
		Run: func(ctx context.Context, env *Env, args Args, _ Emit) (Result, error) {
			return env.operate(ctx, "write", args, func(t *target) (*session.Result, error) {
				nodes, err := t.valueNodes(env, args.Texts("value"), args.Texts("type"))
				if err != nil {
					return nil, err
				}
				return session.Write(ctx, t.endpoint, t.path, nodes, session.WriteOptions{
					RequestOptions: t.options, Partial: args.Switch("partial"), Format: args.Format("format"),
				})
			})
		},
	}
}

// writeFormatParameter is the format that values are sent in.
func writeFormatParameter() Parameter {
	return Parameter{Name: "format", Kind: KindFormat, Summary: "send the values in this format, instead of one that the device announced"}
}
