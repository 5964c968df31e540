module lwcon

go 1.26.0

require (
	github.com/expr-lang/expr v1.17.8
	github.com/fxamacker/cbor/v2 v2.10.0
	github.com/plgd-dev/go-coap/v3 v3.8.0
	gopkg.in/yaml.v3 v3.0.1
)

require (
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/exp v0.0.0-20261014143641-f0251eb4aa3e // indirect
)
