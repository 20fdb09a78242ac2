package lane

import (
	"net/http"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// patient asks an API server again that is away for now, as one is that a schedule
// restarts: what never got there, and what only reads.
type patient struct{ next http.RoundTripper }

// RoundTrip is one request, and however many it takes.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	reads := r.Method == http.MethodGet && !r.URL.Query().Has("watch")
	for late := time.Now().Add(patience); ; {
		answer, err := p.next.RoundTrip(r)
		again := err != nil && (reads || utilnet.IsConnectionRefused(err)) ||
			err == nil && reads && answer.StatusCode >= http.StatusInternalServerError
		if !again || time.Now().After(late) || r.Context().Err() != nil {
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
		time.Sleep(100 * time.Millisecond)
	}
}
