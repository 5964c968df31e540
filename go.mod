module lwcon

go 1.26
