package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// An ack is a value that the database has acknowledged, and when.
type ack struct {
	value int64
	at    time.Time
}

// write writes until it is told to end. Each value is tried once: of one that was
// not acknowledged nobody knows whether it is there, and nobody was promised.
func write(ctx context.Context, db *store, file string, every time.Duration) error {
	log, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // Each line was checked.
	value, err := last(file)
	if err != nil {
		return err
	}
	said := ""
	for ctx.Err() == nil {
		value++
		err := db.write(ctx, value)
		if err == nil {
			if _, err := fmt.Fprintf(log, "%d %d\n", value, time.Now().UnixMilli()); err != nil {
				return err
			}
			said = ""
		} else if err.Error() != said {
			said = err.Error()
			fmt.Println(time.Now().UTC().Format("15:04:05.000"), said)
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
	return nil
}

// last is the highest value of an earlier start, with room for those that were
// tried and not acknowledged.
func last(file string) (int64, error) {
	acks, err := read(file)
	if err != nil || len(acks) == 0 {
		return 0, err
	}
	return acks[len(acks)-1].value + 1_000_000, nil
}

func read(file string) ([]ack, error) {
	log, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // It was only read.
	var all []ack
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var value, at int64
		if _, err := fmt.Sscanf(lines.Text(), "%d %d", &value, &at); err != nil {
			return nil, fmt.Errorf("%q: %w", lines.Text(), err)
		}
		all = append(all, ack{value, time.UnixMilli(at)})
	}
	return all, lines.Err()
}
