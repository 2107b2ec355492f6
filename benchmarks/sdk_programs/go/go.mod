module example.com/sdk-calls

go 1.19

require github.com/cyberai/go-sdk v0.0.0

replace github.com/cyberai/go-sdk => ../../../sdks/go
