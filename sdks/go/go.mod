module github.com/cyberai/go-sdk

go 1.19
