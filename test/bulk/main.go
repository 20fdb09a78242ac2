// Command bulk fills a cluster with sets, pods and claims that nobody runs:
// plain objects, of the size and shape that real ones have. It is for a
// cluster without controllers, for these would set to work on them:
//
//	go run -C test/sandbox . up
//	go run -C test/sandbox . stop-controllers
//	go run ./test/bulk -kubeconfig FILE [-etcd URL]
//
// With -etcd only the first namespace is made through the API server. What that
// has written to etcd for it is then copied there for the others, with names,
// uids and owners of their own: hundreds of thousands of objects in a minute.
//
// Each set has claims for its pods, and as many again for ordinals that it
// does not want any more; every fourth of these is of a template that it does
// not have any more. Their names are printed, NAMESPACE/NAME.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	b := bulk{}
	kubeconfig := flag.String("kubeconfig", "", "says which cluster")
	flag.IntVar(&b.namespaces, "namespaces", 50, "how many namespaces")
	flag.IntVar(&b.first, "first", 0, "the number of the first that there is not yet; only with -etcd")
	flag.StringVar(&b.etcd, "etcd", "", "the URL of the cluster's etcd")
	flag.IntVar(&b.sets, "sets", 10, "how many sets in each")
	flag.IntVar(&b.pods, "pods", 20, "how many pods of each set, with a claim each")
	flag.IntVar(&b.orphans, "orphans", 20, "how many more claims of each set")
	flag.BoolVar(&b.volumes, "volumes", false, "make the claims' volumes, too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := b.fill(ctx, *kubeconfig)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bulk:", err)
		os.Exit(1)
	}
}
