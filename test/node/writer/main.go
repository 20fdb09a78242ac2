// Command writer writes increasing values into a database for as long as it
// lives, and writes down which of them the database has acknowledged: a promise
// that they are there. It follows the primary wherever that goes.
//
//	writer run -kind redis -service redis
//	writer check -since 1700000000000
//
// check reads everything back, and says what is missing and how long writes
// stood still at most.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "writer:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("run, or check?")
	}
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	kind := set.String("kind", os.Getenv("KIND"), "redis, mariadb, postgres, etcd, zookeeper, nats or rabbitmq")
	service := set.String("service", os.Getenv("SERVICE"), "headless service of the members")
	file := set.String("log", "/log/acknowledged", "where acknowledged values are written down")
	every := set.Duration("every", 25*time.Millisecond, "how long after one answer the next value is written")
	wait := set.Duration("wait", 0, "check: how long to wait until something was acknowledged since then")
	since := set.Int64("since", 0, "check: from when on pauses count, in milliseconds since 1970")
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	db, err := open(*kind, *service)
	if err != nil {
		return err
	}
	switch args[0] {
	case "run":
		return write(ctx, db, *file, *every)
	case "check":
		if *wait > 0 {
			if err := await(*file, time.UnixMilli(*since), *wait); err != nil {
				return err
			}
		}
		verdict, err := check(ctx, db, *file, time.UnixMilli(*since))
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(verdict)
	}
	return fmt.Errorf("unknown command %q", args[0])
}
