package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

var errNoPrimary = errors.New("all say so themselves")

// answerTime is how long an answer may take before the writer looks elsewhere.
const answerTime = 2 * time.Second

// A store is a database as the writer sees it.
type store struct {
	service string
	connect func(ctx context.Context, address string) (member, error)
	current member
}

// A member is a connection to one of a database's members.
type member interface {
	primary(ctx context.Context) (bool, error)
	prepare(ctx context.Context) error // what values are kept in
	write(ctx context.Context, value int64) error
	values(ctx context.Context) (map[int64]bool, error)
	close()
}

func open(kind, service string) (*store, error) {
	connect := map[string]func(context.Context, string) (member, error){
		"redis": connectRedis, "mariadb": connectMariaDB, "postgres": connectPostgres, "etcd": connectEtcd,
		"zookeeper": connectZooKeeper, "nats": connectNATS, "rabbitmq": connectRabbitMQ,
	}[kind]
	if connect == nil {
		return nil, fmt.Errorf("no database is called %q", kind)
	}
	return &store{service: service, connect: connect}, nil
}

// write returns nil when the database has acknowledged the value. After an error
// nobody knows whether it is there, and the next write looks for the primary again.
func (s *store) write(ctx context.Context, value int64) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := s.follow(ctx); err != nil {
		return err
	}
	if err := s.current.write(ctx, value); err != nil {
		s.leave()
		return err
	}
	return nil
}

// values are all that the primary has.
func (s *store) values(ctx context.Context) (map[int64]bool, error) {
	if err := s.follow(ctx); err != nil {
		return nil, err
	}
	return s.current.values(ctx)
}

func (s *store) leave() {
	if s.current != nil {
		s.current.close()
		s.current = nil
	}
}

// follow asks each member until one says that it is the primary.
func (s *store) follow(ctx context.Context) error {
	if s.current != nil {
		return nil
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, s.service)
	if err != nil {
		return err
	}
	var last error
	for _, address := range addresses {
		m, err := s.try(ctx, address)
		if err == nil && m != nil {
			s.current = m
			return nil
		}
		last = cmp.Or(err, last)
	}
	return fmt.Errorf("none of %d members is the primary: %w", len(addresses), cmp.Or(last, errNoPrimary))
}

// try returns a member that is the primary, or nil. A member that does not
// answer, such as one whose pod has just gone, is not waited for long.
func (s *store) try(ctx context.Context, address string) (member, error) {
	within, cancel := context.WithTimeout(ctx, answerTime/4)
	defer cancel()
	m, err := s.connect(within, address)
	if err != nil {
		return nil, err
	}
	primary, err := m.primary(within)
	if err == nil && primary {
		if err = m.prepare(ctx); err == nil {
			return m, nil
		}
	}
	m.close()
	return nil, err
}
