package main

import (
	"context"
	"time"
)

// A Verdict says whether what was promised is there.
type Verdict struct {
	Acknowledged int       // since the moment asked for
	Found        int       // of these
	Missing      []int64   // of all that was ever acknowledged
	Pause        int64     // the longest time without an acknowledgement, in milliseconds
	PauseBegan   time.Time // the acknowledgement before it
}

// check reads the log first: what is acknowledged later need not be found.
func check(ctx context.Context, db *store, file string, since time.Time) (Verdict, error) {
	acks, err := read(file)
	if err != nil {
		return Verdict{}, err
	}
	now := time.Now()
	var values map[int64]bool
	for range 30 {
		within, cancel := context.WithTimeout(ctx, 30*time.Second)
		values, err = db.values(within)
		cancel()
		if err == nil {
			return judge(acks, values, since, now), nil
		}
		db.leave()
		time.Sleep(time.Second)
	}
	return Verdict{}, err
}

// judge compares. A pause that goes on is as long as it is now.
func judge(acks []ack, values map[int64]bool, since, now time.Time) Verdict {
	var v Verdict
	before := since
	pause := func(at time.Time) {
		if length := at.Sub(before).Milliseconds(); length > v.Pause {
			v.Pause, v.PauseBegan = length, before
		}
		before = at
	}
	for _, a := range acks {
		found := values[a.value]
		if !found {
			v.Missing = append(v.Missing, a.value)
		}
		if a.at.Before(since) {
			continue
		}
		v.Acknowledged++
		if found {
			v.Found++
		}
		pause(a.at)
	}
	pause(now)
	return v
}
