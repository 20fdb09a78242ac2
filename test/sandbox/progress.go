package main

import (
	"fmt"
	"io"
	"time"
)

// signOfLife is how often a long wait says that it goes on: often enough for
// a person, seldom enough for a CI log.
const signOfLife = 30 * time.Second

// progress says what begins, and from time to time that it is not over,
// until stop is called.
func progress(w io.Writer, what string) (stop func()) {
	fmt.Fprintf(w, "sandbox: %s\n", what)
	begin := time.Now()
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(signOfLife)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				fmt.Fprintf(w, "sandbox: still %s (%s)\n", what, elapsed(begin))
			}
		}
	}()
	return func() {
		close(done)
		<-gone // so that no late line lands in what is printed next
	}
}

func elapsed(since time.Time) time.Duration {
	d := time.Since(since)
	if d < time.Minute {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
