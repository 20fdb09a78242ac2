package transport

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock tells the cluster's time. Timestamps of pods are judged by it: on a
// machine whose own clock is a minute fast, every pod would count as Available
// a minute early.
type clock struct {
	skew atomic.Int64 // cluster minus machine, in nanoseconds
}

// tolerance is what the Date header (whole seconds) and the way of an answer
// may be off without anything being wrong.
const tolerance = 3 * time.Second

func (c *clock) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		sent := time.Now()
		resp, err := next.RoundTrip(req)
		if err == nil {
			c.learn(resp.Header.Get("Date"), sent, time.Now())
		}
		return resp, err
	})
}

func (c *clock) learn(date string, sent, received time.Time) {
	server, err := http.ParseTime(date)
	if err != nil || received.Sub(sent) > tolerance {
		return // no date, or an answer too slow to tell the time by
	}
	// The server has looked at its clock between the two, and has cut off what there
	// was of a second. Time must not jump for that, so what may still be right stays.
	least, most := server.Sub(received), server.Add(time.Second).Sub(sent)
	if known := time.Duration(c.skew.Load()); least <= known && known <= most {
		return
	}
	skew := least // early rather than late: no soak ends before its time
	if skew.Abs() < tolerance {
		skew = 0
	}
	c.skew.Store(int64(skew))
}

// Now is the cluster's time as far as the API server's answers tell.
func (c *Conn) Now() time.Time {
	return time.Now().Add(time.Duration(c.clock.skew.Load()))
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
