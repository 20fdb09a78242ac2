// Command prometheus is the real Prometheus for the scripts of test/e2e, beside pods
// whose metrics a script decides on: the storage, the scrape loop, the query engine and
// the HTTP API are Prometheus' own packages, wired together as its main does it. What is
// left out is what no query sees: rules, alerts, discovery, remote storage and the pages.
//
// It prints its address once it answers, and ends with its standard input, so that none
// outlives the test that started it, however that ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	every := flag.Duration("every", time.Second, "how often each pod is scraped")
	flag.Parse()
	if err := run(*every, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prometheus:", err)
		os.Exit(1)
	}
}

func run(every time.Duration, stdin io.Reader, stdout io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "prometheus")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := newServer(dir, every, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	answers := &http.Server{Handler: s.start(listener.Addr().String()), ReadHeaderTimeout: time.Minute}
	defer func() { err = errors.Join(err, answers.Close()) }()
	failed := make(chan error, 2)
	go func() { failed <- answers.Serve(listener) }()
	fmt.Fprintln(stdout, "http://"+listener.Addr().String())
	go func() {
		_, err := io.Copy(io.Discard, stdin)
		failed <- err
	}()
	return <-failed
}
