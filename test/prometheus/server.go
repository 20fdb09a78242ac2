package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/tsdb"
)

// job is what Prometheus knows all pods by.
const job = "pods"

// server is a Prometheus and the pods that it scrapes.
type server struct {
	db      *tsdb.DB
	engine  *promql.Engine
	scrapes *scrape.Manager
	config  *config.Config
	log     *slog.Logger
	pods    *pods
	targets chan map[string][]*targetgroup.Group
	ended   chan error // the scrapes'
}

// newServer opens an empty storage in dir and scrapes nothing yet.
func newServer(dir string, every time.Duration, log *slog.Logger) (*server, error) {
	// A scrape that takes longer than the time between two would be a failed one.
	cfg, err := config.Load(fmt.Sprintf(`
global: {scrape_interval: %[1]s, scrape_timeout: %[1]s}
scrape_configs: [{job_name: %[2]s}]
`, model.Duration(every), job), log)
	if err != nil {
		return nil, err
	}
	s := &server{
		config: cfg, log: log, pods: newPods(),
		targets: make(chan map[string][]*targetgroup.Group), ended: make(chan error, 1),
	}
	if s.db, err = tsdb.Open(filepath.Join(dir, "data"), log, client.NewRegistry(), tsdb.DefaultOptions(), nil); err != nil {
		return nil, err
	}
	s.engine = promql.NewEngine(promql.EngineOpts{
		Logger: log, Reg: client.NewRegistry(), MaxSamples: 50_000_000, Timeout: 2 * time.Minute, LookbackDelta: 5 * time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: parser.NewParser(parser.Options{}),
	})
	// A pod that a script names is there at once.
	options := &scrape.Options{DiscoveryReloadInterval: model.Duration(50 * time.Millisecond), DiscoveryReloadOnStartup: true}
	if s.scrapes, err = scrape.NewManager(options, log, nil, nil, s.db, client.NewRegistry()); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	if err := s.scrapes.ApplyConfig(cfg); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return s, nil
}

// start scrapes the pods at this address, and answers what is asked there.
func (s *server) start(address string) http.Handler {
	go func() { s.ended <- s.scrapes.Run(s.targets) }()
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", s.api())
	mux.HandleFunc("GET /metrics/{pod}", s.pods.metrics)
	mux.HandleFunc("PUT /pods", func(w http.ResponseWriter, r *http.Request) {
		if err := s.take(r, address); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	return mux
}

func (s *server) stop() error {
	s.scrapes.Stop()
	return errors.Join(s.engine.Close(), s.db.Close())
}

// take has the pods be those of a text, and waits until what Prometheus knows of each
// is enough for a rate of what it does now.
func (s *server) take(r *http.Request, address string) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	wanted, err := parse(string(text))
	if err != nil {
		return err
	}
	scraped := s.pods.set(wanted, time.Now())
	select {
	case s.targets <- map[string][]*targetgroup.Group{job: groups(wanted, address)}:
	case <-r.Context().Done():
		return r.Context().Err()
	}
	select {
	case <-scraped:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// groups are the targets, one for each pod, as Prometheus' discovery in Kubernetes
// would make them.
func groups(wanted []load, address string) []*targetgroup.Group {
	out := []*targetgroup.Group{}
	for _, l := range wanted {
		out = append(out, &targetgroup.Group{
			Source:  l.pod,
			Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(address)}},
			Labels: model.LabelSet{
				model.MetricsPathLabel: model.LabelValue("/metrics/" + l.pod), "pod": model.LabelValue(l.pod),
			},
		})
	}
	return out
}
