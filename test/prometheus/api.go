package main

import (
	"context"
	"net/http"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/features"
	"github.com/prometheus/prometheus/util/notifications"
	v1 "github.com/prometheus/prometheus/web/api/v1"
)

// api is Prometheus' HTTP API. Of what it can tell, queries, targets and status are
// here; what there is nothing of (rules, alerts) is nil, and nobody asks.
func (s *server) api() http.Handler {
	ready := func(f http.HandlerFunc) http.HandlerFunc { return f }
	api := v1.NewAPI(
		s.engine, s.db, nil, s.db,
		func(context.Context) v1.ScrapePoolsRetriever { return s.scrapes },
		func(context.Context) v1.TargetRetriever { return s.scrapes },
		nil, // Alertmanagers
		func() config.Config { return *s.config },
		nil, v1.GlobalURLOptions{}, ready,
		nil, "", false, // the storage's administration
		false, 0, // search
		s.log,
		nil, // rules
		0, 0, 0, false,
		nil, // CORS
		func() (v1.RuntimeInfo, error) { return v1.RuntimeInfo{}, nil },
		&v1.PrometheusVersion{},
		func() []notifications.Notification { return nil },
		func() (<-chan notifications.Notification, func(), bool) { return nil, nil, false },
		client.NewRegistry(), client.NewRegistry(),
		nil,
		false, nil, // remote write
		false, false, false, // OTLP
		5*time.Minute, false, false, nil,
		features.NewRegistry(), v1.OpenAPIOptions{}, parser.NewParser(parser.Options{}),
		false, 2*time.Minute,
	)
	router := route.New().WithPrefix("/api/v1")
	api.Register(router)
	return router
}
