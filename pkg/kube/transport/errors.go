package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
)

// Explain puts an API error into one line for a person. The error itself stays
// wrapped. It is nil for nil.
func (c *Conn) Explain(err error, verb, resource, name string) error {
	switch {
	case err == nil:
		return nil
	case ended(err):
		return err
	case apierrors.IsNotFound(err) && name != "":
		if clusterWide(resource) {
			return worded{err, fmt.Sprintf("%s %q not found", singular(resource), name)}
		}
		return worded{err, fmt.Sprintf("%s %q not found in namespace %q", singular(resource), name, c.Namespace)}
	case apierrors.IsForbidden(err) && !strings.Contains(err.Error(), "cannot "+verb+" resource "):
		return worded{err, err.Error()} // an admission plugin's words, or about --as, not about this permission
	case apierrors.IsForbidden(err):
		return c.Denied(err, verb, resource)
	case apierrors.IsUnauthorized(err):
		return worded{err, fmt.Sprintf("the API server at %s does not accept your credentials (log in again?)", c.host)}
	case unreachable(err):
		return worded{err, fmt.Sprintf("cannot reach the API server at %s: %v", c.host, innermost(err))}
	}
	if _, unknown, ok := strings.Cut(err.Error(), "strict decoding error: "); ok {
		return worded{err, fmt.Sprintf("%s %s: %s", verb, resource, unknown)} // the server puts the whole object before it
	}
	if apierrors.IsInvalid(err) {
		if i := strings.LastIndex(err.Error(), `}": `); i > 0 {
			return worded{err, fmt.Sprintf("%s %s: %s", verb, resource, err.Error()[i+len(`}": `):])} // the same, in an Invalid
		}
	}
	return fmt.Errorf("%s %s: %w", verb, resource, err)
}

// Denied words an error about a permission that the user lacks.
func (c *Conn) Denied(err error, verb, resource string) error {
	return denied{worded{err, fmt.Sprintf("forbidden: %s cannot %s %s %s", account(who(err)), verb, resource, c.where(resource))}}
}

// account names a user; the empty name is one that nobody knows.
func account(user string) string {
	if user == "" {
		return "this account"
	}
	return fmt.Sprintf("user %q", user)
}

// where says where a permission is missing, and what could give it.
func (c *Conn) where(resource string) string {
	if clusterWide(resource) {
		return "at the cluster scope (that takes a ClusterRole)"
	}
	if c.Namespace == metav1.NamespaceAll {
		return "in all namespaces (-A takes a ClusterRole)"
	}
	return fmt.Sprintf("in namespace %q", c.Namespace)
}

// clusterWide reports whether objects of this resource are in no namespace.
func clusterWide(resource string) bool {
	switch resource {
	case "persistentvolumes", "nodes", "storageclasses.storage.k8s.io", "volumeattributesclasses.storage.k8s.io":
		return true
	}
	return false
}

// worded is an error in our words that still unwraps to the API's.
type worded struct {
	error
	words string
}

// Error is the words.
func (w worded) Error() string { return w.words }

// Unwrap is the API's error.
func (w worded) Unwrap() error { return w.error }

// denied is an error that counts as [engine.ErrDenied].
type denied struct{ worded }

// Is makes errors.Is(err, engine.ErrDenied) true.
func (denied) Is(target error) bool { return target == engine.ErrDenied }

// WriteError sorts a failed write into what the engine tells apart.
func (c *Conn) WriteError(err error, verb, resource, name string) error {
	switch {
	case err == nil:
		return nil
	// A set that is gone shows in the next snapshot, like any other change.
	case jsonpatch.TestFailed(err), apierrors.IsConflict(err), apierrors.IsNotFound(err) && resource == "statefulsets.apps":
		return fmt.Errorf("%w: %s %s", engine.ErrConflict, resource, name)
	case ended(err):
		return err
	case unreachable(err), passing(err):
		return lost{c.Explain(err, verb, resource, name)}
	}
	return c.Explain(err, verb, resource, name)
}

// ReadError sorts the error of a read that belongs to a write, and that has its words
// already, as [Conn.WriteError] sorts that of the write.
func ReadError(err error) error {
	if err != nil && !ended(err) && (unreachable(err) || passing(err)) {
		return lost{err}
	}
	return err
}

// lost is an error that counts as [engine.ErrLost] and says what happened.
type lost struct{ error }

// Is makes errors.Is(err, engine.ErrLost) true.
func (lost) Is(target error) bool { return target == engine.ErrLost }

// Unwrap is the cause.
func (l lost) Unwrap() error { return l.error }

// ended reports whether it is the caller who gave up, by ctrl-C or by --timeout,
// and not a connection that took too long: that is a deadline to errors.Is, too.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, engine.ErrTimedOut)
}

func singular(resource string) string {
	name, _, _ := strings.Cut(resource, ".")
	return strings.TrimSuffix(name, "s")
}

// who picks the user's name out of the authorizer's words, which read: User "jo"
// cannot patch resource…
func who(err error) string {
	_, after, ok := strings.Cut(err.Error(), `User "`)
	user, _, end := strings.Cut(after, `"`)
	if !ok || !end {
		return ""
	}
	return user
}

// unreachable reports whether the request may never have got an answer: then
// nobody knows what became of it.
func unreachable(err error) bool {
	var netErr net.Error
	var urlErr *url.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) || errors.As(err, &urlErr) ||
		utilnet.IsConnectionReset(err) || utilnet.IsConnectionRefused(err) ||
		utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err) ||
		strings.Contains(err.Error(), "when reading response body") // client-go's words for an answer that was cut
}

// passing reports whether the server says that it may work another time.
func passing(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsInternalError(err)
}

func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
