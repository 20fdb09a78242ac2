// Command etcd is the etcd server, built from its module: the project
// publishes no main package that the Go module proxy can build.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
