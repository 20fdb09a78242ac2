package lane

import (
	"net/http"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// patient asks an API server again that a schedule has restarted meanwhile, once it
// is back: what never got there, and what only reads.
type patient struct {
	next    http.RoundTripper
	weather *weather
}

// RoundTrip is one request, and however many it takes.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	reads := r.Method == http.MethodGet && !r.URL.Query().Has("watch")
	for {
		began := time.Now()
		answer, err := p.next.RoundTrip(r)
		failed := err != nil && (reads || utilnet.IsConnectionRefused(err)) ||
			err == nil && reads && answer.StatusCode >= http.StatusInternalServerError
		if !failed || !p.weather.wasBroken(began, time.Now()) || p.weather.whole(r.Context()) != nil {
			return answer, err
		}
		if err == nil {
			_ = answer.Body.Close()
		}
		if r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			r = r.Clone(r.Context())
			r.Body = body
		}
	}
}
