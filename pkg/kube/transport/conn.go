package transport

import (
	"context"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

// Settings are what a command wants of its requests.
type Settings struct {
	Namespace string
	// Held, unless it is nil, is told how many objects of a long list are in memory,
	// as they come and are passed on: claims, or pods and sets.
	Held func(objects int)
	// FieldManager is the name under which writes are recorded in managedFields.
	FieldManager string
}

// Conn is the way to one API server.
type Conn struct {
	*Settings
	groups

	Config   *rest.Config
	host     string
	clock    *clock
	retrying func(string) // told what is asked again, nil for nobody
}

// New makes a connection. It sends nothing yet. warn is told the warnings that the
// API server sends along with its answers.
func New(config *rest.Config, namespace string, warn func(string)) (*Conn, error) {
	pingOften()
	config = rest.CopyConfig(config)
	config.WarningHandler = warnings(warn)
	// Protobuf halves what a list of pods costs to read; what the server
	// has only as JSON still comes as JSON.
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	config.ContentType = runtime.ContentTypeProtobuf
	// One set is watched, not a cluster reconciled: no need to throttle.
	config.QPS = -1
	c := &Conn{
		Settings: &Settings{Namespace: namespace, FieldManager: fieldmanager.Ours},
		Config:   config, host: config.Host, clock: &clock{},
	}
	config.Wrap(c.clock.wrap)
	config.Wrap(timeouts{config.Timeout}.wrap)
	config.Timeout = 0
	var err error
	if c.groups, err = newGroups(config); err != nil {
		return nil, err
	}
	return c, nil
}

// In is the same connection for another namespace.
func (c *Conn) In(namespace string) *Conn {
	other, settings := *c, *c.Settings
	settings.Namespace = namespace
	other.Settings = &settings
	return &other
}

// Host is the API server's address.
func (c *Conn) Host() string { return c.host }

// pingOften makes a connection that nobody answers on any more show within 15 s
// instead of 45: until then a soak could end on what was true before. These
// variables are the only way that apimachinery offers; a user's own count.
func pingOften() {
	for name, seconds := range map[string]string{"HTTP2_READ_IDLE_TIMEOUT_SECONDS": "10", "HTTP2_PING_TIMEOUT_SECONDS": "5"} {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, seconds) // fails for names that are none
		}
	}
}

// warnings tells the API server's warnings.
type warnings func(string)

// HandleWarningHeader tells what a Warning header says; 299 is the only code
// that the API server uses.
func (w warnings) HandleWarningHeader(code int, _, text string) {
	if code == 299 && text != "" {
		w(text)
	}
}

// Quiet keeps client-go from logging what goes wrong.
func Quiet(ctx context.Context) context.Context { return klog.NewContext(ctx, logr.Discard()) }

// Body is a raw answer. [rest.Result.Raw] alone would lose the server's words
// about what went wrong, and the reason that it gives.
func Body(result rest.Result) ([]byte, error) {
	if err := result.Error(); err != nil {
		return nil, err
	}
	return result.Raw()
}
