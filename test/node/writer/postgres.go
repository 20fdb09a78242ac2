package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a connection as the user app.
type postgres struct{ conn *pgx.Conn }

func connectPostgres(ctx context.Context, address string) (member, error) {
	conn, err := pgx.Connect(ctx, "postgres://app:app@"+net.JoinHostPort(address, "5432")+"/app?sslmode=disable")
	if err != nil {
		return nil, err
	}
	return &postgres{conn}, nil
}

// close doesn't wait for a server that is not there any more.
func (p *postgres) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = p.conn.Close(ctx)
}

func (p *postgres) primary(ctx context.Context) (bool, error) {
	var primary bool
	err := p.conn.QueryRow(ctx,
		"SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'").Scan(&primary)
	return primary, err
}

func (p *postgres) prepare(ctx context.Context) error {
	_, err := p.conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS proof (value BIGINT PRIMARY KEY)")
	return err
}

func (p *postgres) write(ctx context.Context, value int64) error {
	result, err := p.conn.Exec(ctx, "INSERT INTO proof (value) VALUES ($1)", value)
	if err == nil && result.RowsAffected() != 1 {
		err = fmt.Errorf("%s", result)
	}
	return err
}

func (p *postgres) values(ctx context.Context) (map[int64]bool, error) {
	rows, err := p.conn.Query(ctx, "SELECT value FROM proof")
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	values := make(map[int64]bool, len(all))
	for _, value := range all {
		values[value] = true
	}
	return values, nil
}
